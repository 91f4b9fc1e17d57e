/** Whether rows outlive a plan: a photograph of all rows before, another after, what is missing. */

// Partitions are looked at, not the tables that they belong to: those hold no rows of their own.
const tablesSql = `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
  n.nspname || '.' || c.relname as plain,
  a.attname as column, quote_ident(a.attname) as quoted,
  case t.typtype when 'd' then format_type(t.typbasetype, t.typtypmod)
    else format_type(a.atttypid, a.atttypmod) end as type, a.attgenerated <> '' as generated,
  exists (select from pg_type e join pg_class k on k.oid = e.typrelid and k.relkind = 'c'
    where e.oid in (t.oid, t.typelem)) as composite,
  c.relispartition as partition,
  (select string_agg(quote_ident(pn.nspname) || '.' || quote_ident(p.relname), e'\\n')
    from pg_inherits i join pg_class p on p.oid = i.inhparent
    join pg_namespace pn on pn.oid = p.relnamespace where i.inhrelid = c.oid) as parents
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_type t on t.oid = a.atttypid
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1, 3`

const sequencesSql = `select format('%I.%I', s.schemaname, s.sequencename) as name,
  s.last_value, quote_ident(n.nspname) || '.' || quote_ident(t.relname) as table,
  quote_ident(a.attname) as column
from pg_sequences s
left join pg_depend d on d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
  and d.objid = format('%I.%I', s.schemaname, s.sequencename)::regclass and d.refobjsubid > 0
left join pg_class t on t.oid = d.refobjid left join pg_namespace n on n.oid = t.relnamespace
left join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid`

const isTrue = value => value === true || value === 't'

/**
 * Every table's rows: `{ tables: Map(name, { count, names, columns }), sequences: Map }`, where
 * a column has its type, the number of its values that are not null, and a digest of all of them.
 */
export async function photograph(query) {
  const tables = new Map()
  for (const row of await query(tablesSql)) {
    if (!tables.has(row.name)) {
      const parents = row.parents === null ? [] : row.parents.split('\n')
      const names = [row.name, row.plain, ...parents]
      tables.set(row.name, {
        names, gone: isTrue(row.partition) ? names : names.slice(0, 2),
        columns: new Map(), count: 0,
      })
    }
    if (row.column === null) continue
    tables.get(row.name).columns.set(row.column, {
      quoted: row.quoted, type: row.type, generated: isTrue(row.generated),
      lenient: isTrue(row.generated) || isTrue(row.composite),
    })
  }
  for (const [name, table] of tables) await fill(query, name, table)
  const sequences = await query(sequencesSql)
  return { tables, sequences: new Map(sequences.map(row => [row.name, row])) }
}

async function fill(query, name, table) {
  const columns = [...table.columns.values()]
  const list = columns.flatMap(({ quoted }, i) => [
    `count(${quoted}) as n${i}`,
    `md5(string_agg(coalesce(${quoted}::text, 'null'), ',' order by ${quoted}::text)) as d${i}`,
  ])
  const [row] = await query(`select ${['count(*) as n', ...list].join(', ')} from only ${name}`)
  table.count = Number(row.n)
  columns.forEach((column, i) => {
    column.filled = Number(row[`n${i}`])
    column.digest = row[`d${i}`]
  })
}

/**
 * What `after` lacks of `before` and the plan does not say it deletes: a sentence for each. A table
 * that is a partition goes with its parent, a column with that of a parent, and where a sequence
 * stands with the column that owns it.
 * `deletes` has `table s.t`, `column s.t.c` and `sequence s.n`, names quoted as SQL quotes them.
 */
export function lostRows(before, after, deletes) {
  const said = new Set(deletes)
  const lost = []
  for (const [name, table] of before.tables) {
    if (table.count === 0 || table.gone.some(each => said.has(`table ${each}`))) continue
    const later = after.tables.get(name)
    if (later === undefined) lost.push(`table ${name}: gone with ${table.count} rows`)
    else if (later.count !== table.count) {
      lost.push(`table ${name}: ${table.count} rows before, ${later.count} after`)
    } else lost.push(...lostValues(name, table, later, said))
  }
  for (const [name, { last_value: value, table, column }] of before.sequences) {
    const later = after.sequences.get(name)
    const gone = [`sequence ${name}`, `table ${table}`, `column ${table}.${column}`]
    if (value === null || later === undefined || gone.some(line => said.has(line))) continue
    if (later.last_value !== value) {
      lost.push(`sequence ${name}: was at ${value}, is at ${later.last_value ?? 'its start'}`)
    }
  }
  return lost
}

function lostValues(name, table, later, said) {
  const lost = []
  for (const [key, column] of table.columns) {
    const label = `column ${name}.${column.quoted}`
    const isSaid = table.names.some(each =>
      said.has(`column ${each}.${column.quoted}`) || said.has(`column ${each}.${key}`))
    const at = later.columns.get(key)
    if (column.filled === 0 || isSaid || (column.generated && at === undefined)) continue
    if (at === undefined) lost.push(`${label}: gone with ${column.filled} values`)
    else if (at.lenient || column.lenient || at.type !== column.type) {
      // Another type writes its values otherwise; they must still be there.
      if (at.filled < column.filled && !at.lenient) {
        lost.push(`${label}: ${column.filled} values before, ${at.filled} after`)
      }
    } else if (at.digest !== column.digest) {
      lost.push(`${label}: its values changed`)
    }
  }
  return lost
}
