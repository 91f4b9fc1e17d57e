/**
 * Queries as applications write them, over any schema of schemas.mjs: a template makes one out of
 * tables, their keys and their references, or nothing where the schema has not what it needs.
 */
import { generator } from './random.mjs'

const kinds = {
  text: /^(text|varchar|char|email)/,
  number: /^(int\d|numeric|float|real|percentage|credits|kilograms)/,
  time: /^timestamp/,
  date: /^date$/,
  boolean: /^boolean/,
  json: /^jsonb/,
  array: /\[\]$/,
  range: /range$/,
}

/** A schema's tables with what templates ask for. */
export class World {
  constructor(schema, random) {
    this.random = random
    this.tables = schema.tables
    this.byName = new Map(schema.tables.map(table => [table.name, table]))
  }

  table(test = () => true) {
    const fit = this.tables.filter(table => table.key[0] === 'id' && test(table))
    return fit.length === 0 ? null : this.random.pick(fit)
  }

  /** A column of one of these kinds; a text where there is none. */
  column(table, ...names) {
    const fit = this.columns(table, ...names)
    return fit.length === 0 ? null : this.random.pick(fit)
  }

  columns(table, ...names) {
    return table.columns
      .filter(({ type, target }) => !target && names.some(name => kinds[name].test(type)))
      .filter(({ type }) => names.includes('array') || !type.endsWith(']'))
      .map(({ name }) => name)
  }

  plain(table, n = 4) {
    const names = table.columns.map(({ name }) => name)
    return this.random.some(names, 1 + this.random.below(n))
  }

  /** A table with one that it refers to. */
  pair(test = () => true) {
    const all = this.tables.flatMap(child =>
      child.columns
        .filter(({ target }) => target)
        .map(({ name, target }) => ({ child, key: name, parent: this.byName.get(target) })),
    )
    const fit = all.filter(
      one => one.child.key[0] === 'id' && one.child !== one.parent && test(one),
    )
    return fit.length === 0 ? null : this.random.pick(fit)
  }
}

const listed = (alias, names) => names.map(name => `${alias}.${name}`).join(', ')
const has = (world, ...names) => table => world.column(table, ...names) !== null

// Each gives a query, or null. The columns are of the types that the kinds say.
const templates = {
  byKey(world) {
    const table = world.table()
    return `select ${world.plain(table, 6).join(', ')} from ${table.name} where id = $1`
  },
  page(world) {
    const table = world.table(has(world, 'text'))
    const text = world.column(table, 'text')
    return `select t.id, ${listed('t', world.plain(table))} from ${table.name} t
where t.${text} ilike '%' || $1 || '%' and t.id > $2
order by t.${text} desc nulls last, t.id limit $3 offset $4`
  },
  join(world) {
    const { child, key, parent } = world.pair()
    return `select c.id, ${listed('c', world.plain(child))}, p.id as parent_id
from ${child.name} c join ${parent.name} p on p.id = c.${key} where p.id = any($1) order by c.id`
  },
  leftJoin(world) {
    const { child, key, parent } = world.pair()
    return `select p.id, ${listed('p', world.plain(parent, 3))}, count(c.id) as children
from ${parent.name} p left join ${child.name} c on c.${key} = p.id
group by p.id order by children desc, p.id`
  },
  anti(world) {
    const { child, key, parent } = world.pair()
    return `select p.* from ${parent.name} p where not exists (
  select 1 from ${child.name} c where c.${key} = p.id) and p.id between $1 and $2`
  },
  inSelect(world) {
    const { child, key, parent } = world.pair()
    return `select id from ${parent.name} where id in (select ${key} from ${child.name}
  where id < $1) or id = (select max(${key}) from ${child.name})`
  },
  totals(world) {
    const table = world.table(has(world, 'number'))
    const [number, by] = [world.column(table, 'number'), world.column(table, 'text', 'boolean')]
    if (by === null) return null
    return `select ${by}, count(*), sum(${number}) as total, avg(${number})::numeric(12, 2) as mean,
  max(${number}) filter (where id > 10) as largest
from ${table.name} group by ${by} having count(*) > $1 order by ${by}`
  },
  perDay(world) {
    const table = world.table(has(world, 'time'))
    const time = world.column(table, 'time')
    return `select date_trunc('day', t.${time}) as day, count(*)::int as number
from ${table.name} t where t.${time} >= now() - interval '30 days' group by 1 order by day`
  },
  cte(world) {
    const { child, key, parent } = world.pair()
    return `with latest as (
  select distinct on (${key}) ${key}, id from ${child.name} order by ${key}, id desc
)
select p.id, ${listed('p', world.plain(parent, 3))}, l.id as latest_id
from ${parent.name} p left join latest l on l.${key} = p.id where p.id = $1::bigint`
  },
  recursive(world) {
    const table = world.table(one => one.columns.some(({ target }) => target === one.name))
    if (table === null) return null
    const { name: up } = table.columns.find(({ target }) => target === table.name)
    return `with recursive tree (id, depth) as (
  select id, 0 from ${table.name} where ${up} is null
  union all
  select c.id, t.depth + 1 from ${table.name} c join tree t on c.${up} = t.id
)
select t.id, t.depth, (select count(*) from tree) as all_of_them from tree t where depth < $1`
  },
  window(world) {
    const { child, key } = world.pair()
    return `select * from (
  select c.id, c.${key}, row_number() over (partition by c.${key} order by c.id desc) as place,
    lag(c.id) over w as before
  from ${child.name} c window w as (partition by c.${key} order by c.id)
) ranked where place <= $1`
  },
  union(world) {
    const [a, b] = [world.table(has(world, 'text')), world.table(has(world, 'text'))]
    return `select 'a' as kind, id, ${world.column(a, 'text')} as text from ${a.name}
union all
select 'b', id, ${world.column(b, 'text')} from ${b.name} order by kind, id limit 20`
  },
  lateral(world) {
    const { child, key, parent } = world.pair()
    return `select p.id, last.* from ${parent.name} p cross join lateral (
  select ${listed('c', world.plain(child, 3))} from ${child.name} c where c.${key} = p.id
  order by c.id desc limit 3) last`
  },
  cases(world) {
    const table = world.table(has(world, 'number'))
    const number = world.column(table, 'number')
    return `select t.id, case when t.${number} > 100 then 'many' when t.${number} > $1 then 'some'
  else 'few' end as amount, coalesce(t.${number}, 0) as number,
  greatest(t.${number}, 1) * 2 as twice, nullif(t.id, $2) from ${table.name} t`
  },
  texts(world) {
    const table = world.table(has(world, 'text'))
    const text = world.column(table, 'text')
    return `select lower(trim(${text})) as name, length(${text}), substring(${text} from 1 for 3),
  upper(left(${text}, 1)) || $1::text as initial, concat_ws(' ', ${text}, id)
from ${table.name} where ${text} like $2 or ${text} is null or ${text} ~* 'a+'`
  },
  json(world) {
    const table = world.table(has(world, 'json'))
    if (table === null) return null
    const json = world.column(table, 'json')
    return `select id, ${json} -> 'a' as a, ${json} ->> $1 as b, jsonb_array_length(${json} -> 'c')
from ${table.name} where ${json} @> $2 and ${json} ? 'key' and (${json} ->> 'n')::int > 3`
  },
  jsonBuild(world) {
    const { child, key, parent } = world.pair()
    return `select p.id, jsonb_agg(jsonb_build_object('id', c.id, 'row', to_jsonb(c)) order by c.id)
  as children, array_agg(c.id) as ids from ${parent.name} p
join ${child.name} c on c.${key} = p.id group by p.id`
  },
  arrays(world) {
    const table = world.table(has(world, 'array'))
    if (table === null) return null
    const array = world.column(table, 'array')
    return `select id, ${array}[1] as first, cardinality(${array}), unnest(${array}) as one
from ${table.name} where $1 = any(${array}) or ${array} && $2`
  },
  dates(world) {
    const table = world.table(has(world, 'date', 'time'))
    const time = world.column(table, 'date', 'time')
    return `select id, extract(year from ${time})::int as year, ${time} + interval '1 day' as next,
  age(${time}) as age, to_char(${time}, 'YYYY-MM') as month
from ${table.name} where ${time} < current_date and ${time} > '2024-01-31'`
  },
  ranges(world) {
    const table = world.table(has(world, 'range'))
    if (table === null) return null
    const range = world.column(table, 'range')
    return `select id, lower(${range}) as begins, upper_inf(${range}) from ${table.name}
where ${range} @> $1 and not isempty(${range})`
  },
  distinct(world) {
    const { child, key, parent } = world.pair()
    return `select distinct p.id, c.id is not null as has_any from ${parent.name} as p
full join ${child.name} as c on c.${key} = p.id order by p.id`
  },
  cube(world) {
    const table = world.table(has(world, 'text'))
    const [text, other] = [world.column(table, 'text'), world.column(table, 'boolean', 'date')]
    if (other === null) return null
    return `select t.${text}, t.${other}, grouping(t.${text}) as level, count(distinct t.id)
from ${table.name} t group by rollup (t.${text}, t.${other})`
  },
  view(world) {
    const table = world.tables[world.random.below(4)]
    const [column] = world.plain(table, 1)
    return `select r.${column}, count(*) over () as all_of_them from recent_${table.name} r`
  },
  insert(world) {
    const table = world.table()
    const columns = table.columns.filter(one => !one.identity && (!one.nullable || one.target))
    const names = columns.map(({ name }) => name)
    if (names.length === 0) return null
    return `insert into ${table.name} (${names.join(', ')})
values (${names.map((_, i) => `$${i + 1}`).join(', ')}) returning id, ${names[0]}`
  },
  insertMany(world) {
    const table = world.table(has(world, 'text'))
    const columns = table.columns.filter(one => !one.identity && !one.nullable && !one.value)
    const names = columns.map(({ name }) => name)
    if (names.length === 0) return null
    const row = names.map((_, i) => `$${i + 1}`).join(', ')
    const second = names.map((_, i) => `$${i + 1 + names.length}`).join(', ')
    return `insert into ${table.name} (${names.join(', ')}) values (${row}), (${second})
on conflict do nothing`
  },
  insertSelect(world) {
    const { child, key, parent } = world.pair()
    const others = child.columns.filter(one => !one.nullable && !one.identity && one.name !== key)
    if (others.some(one => !one.value && one.type !== 'text')) return null
    const texts = others.filter(one => !one.value).map(({ name }) => name)
    return `insert into ${child.name} (${[key, ...texts].join(', ')})
select p.id${texts.map(() => ", 'x'").join('')} from ${parent.name} p where p.id > $1`
  },
  upsert(world) {
    const table = world.table(one => one.columns.some(({ unique }) => unique))
    const unique = table.columns.find(one => one.unique)
    const columns = table.columns.filter(one => !one.identity && (!one.nullable || one === unique))
    const names = columns.map(({ name }) => name)
    const last = names.at(-1)
    return `insert into ${table.name} as t (${names.join(', ')})
values (${names.map((_, i) => `$${i + 1}`).join(', ')})
on conflict (${unique.name}) do update set ${last} = excluded.${last} where t.id > 0
returning t.id, (xmax = 0) as inserted`
  },
  unnested(world) {
    const table = world.table(has(world, 'text'))
    const text = world.column(table, 'text')
    return `update ${table.name} t set ${text} = n.value
from unnest($1::bigint[], $2::text[]) as n (id, value) where t.id = n.id returning t.id`
  },
  update(world) {
    const table = world.table(has(world, 'text', 'number', 'boolean'))
    const column = world.column(table, 'text', 'number', 'boolean')
    return `update ${table.name} set ${column} = $1 where id = $2 and ${column} is distinct from $1
returning *`
  },
  updateFrom(world) {
    const { child, key, parent } = world.pair(({ child }) => has(world, 'number')(child))
    const number = world.column(child, 'number')
    return `update ${child.name} as c set ${number} = c.${number} + 1 from ${parent.name} p
where p.id = c.${key} and p.id = $1`
  },
  updateRow(world) {
    const table = world.table(has(world, 'text', 'number'))
    const columns = world.random.some(world.columns(table, 'text', 'number'), 2)
    const values = columns.map((_, i) => `$${i + 2}`)
    return `update ${table.name} set (${columns.join(', ')}) = row(${values.join(', ')})
where id = $1`
  },
  delete(world) {
    const { child, key, parent } = world.pair()
    return `delete from ${child.name} c using ${parent.name} p where p.id = c.${key} and p.id < $1
returning c.id, p.id as parent_id`
  },
  deleteOld(world) {
    const table = world.table(has(world, 'time'))
    const time = world.column(table, 'time')
    return `with gone as (
  delete from ${table.name} where ${time} < now() - $1::interval returning id)
select count(*) as number from gone`
  },
  merge(world) {
    const { child, key, parent } = world.pair(({ child }) => has(world, 'text')(child))
    const text = world.column(child, 'text')
    return `merge into ${child.name} c using ${parent.name} p on c.${key} = p.id
when matched and p.id > $1 then update set ${text} = $2
when matched then delete`
  },
  lock(world) {
    const table = world.table(has(world, 'boolean', 'text'))
    const column = world.column(table, 'boolean', 'text')
    return `select id, ${column} from ${table.name} where ${column} is not null order by id
for update skip locked limit 1`
  },
  series(world) {
    const table = world.table(has(world, 'time'))
    const time = world.column(table, 'time')
    return `select d::date as day, count(t.id) as number
from generate_series($1::timestamptz, $2, interval '1 day') as d
left join ${table.name} t on t.${time} >= d and t.${time} < d + interval '1 day'
group by d order by d`
  },
  values(world) {
    const table = world.table()
    return `select t.id, v.label from ${table.name} t
join (values (1, 'one'), (2, 'two')) as v (id, label) on v.id = t.id % 3 where t.id <> all($1)`
  },
  three(world) {
    const first = world.pair(({ parent }) => parent.columns.some(({ target }) => target))
    const up = first.parent.columns.find(({ target }) => target)
    return `select a.id, b.id as b_id, ${listed('z', world.plain(world.byName.get(up.target), 2))}
from ${first.child.name} a inner join ${first.parent.name} b on a.${first.key} = b.id
left join ${up.target} z on z.id = b.${up.name} and z.id > $1 where b.id is not null`
  },
  scalar(world) {
    const { child, key, parent } = world.pair()
    return `select p.id, (select count(*) from ${child.name} c where c.${key} = p.id) as children,
  exists (select from ${child.name} c where c.${key} = p.id and c.id = $1) as has_it,
  array(select c.id from ${child.name} c where c.${key} = p.id order by 1) as ids
from ${parent.name} p`
  },
}

/** At least `count` different queries over a schema, each with the template that it is of. */
export function queriesOf(schema, count = 66, seed = 1) {
  const world = new World(schema, generator(seed))
  const names = Object.keys(templates)
  const out = new Map()
  for (let i = 0; out.size < count && i < 20 * count; i++) {
    const template = names[i % names.length]
    const sql = templates[template](world)
    if (sql !== null && !out.has(sql)) out.set(sql, { template, sql })
  }
  return [...out.values()]
}
