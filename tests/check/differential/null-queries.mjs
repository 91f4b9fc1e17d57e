/**
 * Queries in which it is hard to say what may be NULL: joins of all kinds and what WHERE makes of
 * them, aggregates over nothing, cases, subselects, sets.
 */
import { generator } from './random.mjs'
import { World } from './queries.mjs'

const joins = ['left', 'right', 'full', 'inner']

/** Two columns of a table, the first one that may not be NULL, the second one that may. */
function columnsOf(world, table) {
  const plain = table.columns.filter(({ type }) => !/json|point|xml|dimensions/.test(type))
  const pick = test => {
    const fit = plain.filter(test)
    return fit.length === 0 ? 'id' : world.random.pick(fit).name
  }
  return [pick(({ nullable }) => !nullable), pick(({ nullable }) => nullable)]
}

function pairOf(world) {
  const { child, key, parent } = world.pair()
  const [solid, loose] = columnsOf(world, child)
  const [above, hollow] = columnsOf(world, parent)
  return { c: child.name, p: parent.name, key, solid, loose, above, hollow, child, parent }
}

const templates = {
  join: world => {
    const { c, p, key, solid, loose, above, hollow } = pairOf(world)
    const join = world.random.pick(joins)
    return `select c.id, c.${solid}, c.${loose}, p.id, p.${above}, p.${hollow}
from ${c} c ${join} join ${p} p on p.id = c.${key}`
  },
  refined: world => {
    const { c, p, key, loose, solid, above } = pairOf(world)
    const where = world.random.pick([
      `p.id = c.${key}`, `c.${loose} is not null`, `p.${above} is not null`,
      'p.id > 0 and c.id > 0',
      'p.id > 0 or c.id > 0', 'not (p.id is null)', `c.${key} in (1, 2, 3)`, `p.id = any($1)`,
      'p.id is null', 'coalesce(p.id, 1) > 0', `c.${solid} is distinct from null`,
    ])
    return `select c.${loose}, c.${solid}, c.${key}, p.id, p.${above}
from ${c} c left join ${p} p on p.id = c.${key} where ${where}`
  },
  onRefined: world => {
    const { c, p, key, loose, above } = pairOf(world)
    return `select c.${loose}, c.${key}, p.${above} from ${p} p
${world.random.pick(joins)} join ${c} c on p.id = c.${key} and c.${loose} is not null`
  },
  nested: world => {
    const { c, p, key, solid, above } = pairOf(world)
    const [a, b] = [world.random.pick(joins), world.random.pick(joins)]
    return `select x.${above}, c.${solid}, y.${above} as other
from ${p} x ${a} join (${c} c ${b} join ${p} y on y.id = c.${key}) on x.id = c.${key}`
  },
  using: world => {
    const { p, above, hollow } = pairOf(world)
    const [a, b] = [world.random.pick(joins), world.random.pick(joins)]
    return `select id, a.${above}, b.${hollow}, c.${above} as third
from ${p} a ${a} join (select * from ${p} where id > 3) b using (id)
${b} join (select * from ${p} where id < 6) c using (id)`
  },
  whole: world => {
    const { c, p, key } = pairOf(world)
    return `select p.*, c.id as child from ${p} p ${world.random.pick(joins)} join ${c} c
on c.${key} = p.id`
  },
  aggregates: world => {
    const { c, key, solid, loose } = pairOf(world)
    const group = world.random.pick(['', `group by ${key}`, `group by rollup (${key})`])
    const first = group === '' ? 'count(*)' : key
    return `select ${first} as first, count(${loose}), max(${solid}::text), max(${loose}::text),
  array_agg(${solid}), bool_and(id > 0), count(*) filter (where id > 4),
  min(id) filter (where id > 4) as filtered, string_agg(${solid}::text, ',')
from ${c} ${group}`
  },
  having: world => {
    const { c, key, loose } = pairOf(world)
    return `select ${key}, sum(id), max(${loose}::text) from ${c} where ${loose} is not null
group by ${key} having count(*) > 1`
  },
  scalars: world => {
    const { c, p, key, solid, loose, above } = pairOf(world)
    return `select (select c.${solid} from ${c} c where c.${key} = p.id limit 1) as one,
  (select count(*) from ${c} c where c.${key} = p.id) as number,
  (select max(c.id) from ${c} c where c.${key} = p.id) as last,
  (select 1) as always, (select 1 where p.id > 3) as sometimes,
  exists (select 1 from ${c} c where c.${loose} is null) as there,
  p.id in (select ${key} from ${c}) as inside, p.id = any(array[1, null]) as any_of,
  array(select c.${loose} from ${c} c) as list, p.${above} from ${p} p`
  },
  cases: world => {
    const { c, solid, loose, key } = pairOf(world)
    return `select case when id > 3 then id end as some,
  case when id > 3 then id else 0 end as both,
  case ${key} when 1 then ${loose}::text else 'x' end as mixed, coalesce(${loose}::text, 'none'),
  coalesce(${loose}::text, null) as still, nullif(id, 3), greatest(id, ${key}), ${loose} is null,
  ${loose} is distinct from ${loose}, ${loose} = ${loose} as same, not (${key} > 3) as negated,
  ${solid}::text || ${loose}::text as joined, concat(${loose}, 'x'), ${solid} from ${c}`
  },
  sets: world => {
    const { c, p, key, solid, loose, above } = pairOf(world)
    const set = world.random.pick(['union', 'union all', 'intersect', 'except', 'except all'])
    return `select id, ${solid}::text, ${key} from ${c} ${set}
select id, ${world.random.pick(['null', `${above}::text`, "'x'"])}, id from ${p} ${set}
select 1, 'y', ${world.random.pick(['2', `(select max(id) from ${c} where ${loose} is null)`])}`
  },
  windows: world => {
    const { c, key, solid, loose } = pairOf(world)
    return `select row_number() over w, rank() over w, lag(id) over w, lead(id, 1, 0::int8) over w,
  first_value(id) over w, sum(id) over w, max(${loose}::text) over w, count(${loose}) over w,
  nth_value(${solid}, 2) over w, ntile(3) over w, sum(id) over (order by id rows 2 preceding
  exclude current row) from ${c} window w as (partition by ${key} order by id)`
  },
  ctes: world => {
    const { c, p, key, solid, above } = pairOf(world)
    return `with few as materialized (select * from ${p} where id < 4), more as (
  select c.id, c.${solid}, few.${above}, few.id as few_id from ${c} c
  ${world.random.pick(joins)} join few on few.id = c.${key})
select m.*, p.${above} as again from more m left join ${p} p on p.id = m.few_id`
  },
  recursive: world => {
    const { c, key, loose } = pairOf(world)
    return `with recursive t (id, up, word) as (
  select id, ${key}, 'x'::text from ${c} where id < 4
  union all select c.id, t.id, c.${loose}::text from ${c} c join t on c.id = t.id + 1 and t.id < 9)
select id, up, word from t`
  },
  laterals: world => {
    const { c, p, key, solid, above } = pairOf(world)
    const join = world.random.pick(['left join lateral', 'join lateral'])
    return `select p.id, p.${above}, l.id, l.word, l.n from ${p} p ${join} (
  select c.id, c.${solid} as word, count(*) over () as n from ${c} c where c.${key} = p.id limit 2
) l on true left join lateral (select max(c.id) as m from ${c} c where c.${key} = p.id) o on true`
  },
  functions: world => {
    const { c, solid, loose } = pairOf(world)
    return `select length(${solid}::text), length(${loose}::text), now(), current_date,
  split_part(${solid}::text, 'x', 2), substring(${solid}::text from 'z+'), position('a' in 'b'),
  string_to_array(${solid}::text, ','), (string_to_array(${solid}::text, ','))[2] as second,
  array_length(array[]::int[], 1), cardinality(array[1]), to_jsonb(${loose}),
  array_position(array[1], 2),
  jsonb_build_object('a', ${loose}) -> 'a' as a, jsonb_build_object('a', 1) ->> 'b' as b,
  abs(id), id / 2, id % 3, mod(id, 2), round(id::numeric, 2), row(id, ${loose}) is null,
  upper(int8range(id, null)), lower(int8range(id, id)), regexp_match(${solid}::text, 'q')
from ${c}`
  },
  fromFunctions: world => {
    const { c } = pairOf(world)
    return `select g, o, e.value, k.key, v.b, u.x, u.y from ${c} c,
  generate_series(1, c.id) with ordinality as t (g, o),
  jsonb_array_elements_text('["a", null]') e, jsonb_each('{"a": null}') k,
  (values (1, 2), (2, null)) as v (a, b), unnest(array[1, 2, 3], array['a']) u (x, y) limit 50`
  },
  returning: world => {
    const { c, solid, loose, key } = pairOf(world)
    const what = `c.id, c.${solid}, c.${loose}, c.${key}, coalesce(c.${loose}::text, 'x') as x`
    return world.random.pick([
      `update ${c} c set id = c.id where c.${loose} is not null returning ${what}`,
      `delete from ${c} c where c.id < 3 returning ${what}`,
    ])
  },
  updateFrom: world => {
    const { c, p, key, above, hollow } = pairOf(world)
    return `update ${c} c set id = c.id from ${p} p
left join ${p} q on q.id = p.id + 1 where p.id = c.${key}
returning c.id, p.${above}, q.${above} as other, p.${hollow}`
  },
  views: world => {
    const table = world.tables[world.random.below(4)]
    const [solid, loose] = columnsOf(world, table)
    return `select v.${solid}, v.${loose}, t.${solid} as again from recent_${table.name} v
${world.random.pick(joins)} join ${table.name} t on t.${solid} = v.${solid}`
  },
  derived: world => {
    const { c, p, key, solid, loose } = pairOf(world)
    return `select d.*, (d.n > 1) as many from (
  select p.id, count(c.id) as n, max(c.${solid}::text) as top,
    bool_or(c.${loose} is null) as any_null
  from ${p} p left join ${c} c on c.${key} = p.id group by p.id) d where d.top is not null`
  },
  distinct: world => {
    const { c, p, key, solid, above } = pairOf(world)
    return `select distinct on (c.id) c.id, c.${solid}, p.${above} from ${c} c
full join ${p} p on p.id = c.${key} and p.id <> 2 order by c.id, p.id`
  },
  grouping: world => {
    const { c, key, solid } = pairOf(world)
    const sets = world.random.pick(['cube', 'rollup', 'grouping sets'])
    return `select ${key}, ${solid}, count(*), grouping(${key}), max(id) from ${c}
group by ${sets} (${key}, ${solid})`
  },
  parameters: world => {
    const { c, solid, loose } = pairOf(world)
    return `select $1::int as given, $2::text || 'x' as longer, coalesce($3, id) as known,
  (${loose}::text = any($4::text[])) is true as found, ${solid} from ${c}`
  },
}

/** `count` different queries over a schema. */
export function nullQueriesOf(schema, count, seed) {
  const world = new World(schema, generator(seed))
  const names = Object.keys(templates)
  const out = new Map()
  for (let i = 0; out.size < count && i < 20 * count; i++) {
    const template = names[i % names.length]
    const sql = templates[template](world)
    if (!out.has(sql)) out.set(sql, { template, sql })
  }
  return [...out.values()]
}
