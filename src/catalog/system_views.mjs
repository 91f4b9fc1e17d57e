/**
 * Asks a running PostgreSQL 17 what initdb makes by SQL, and writes system_views.def:
 *
 *   node src/catalog/system_views.mjs postgres://postgres@127.0.0.1:5432/postgres
 *
 * The catalogs themselves are in PostgreSQL's source as data; the views and the information schema
 * are there as SQL, which only a server understands.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

const head = `// What initdb makes by SQL, in PostgreSQL 17. Written by system_views.mjs.
//
//   domain SCHEMA NAME BASE MODIFIER COLLATION [checked]
//   function SCHEMA NAME RESULT VOLATILITY strict|- set|- MODE:NAME:TYPE ...
//   table|view SCHEMA NAME INSTEAD:RULES:AUTOMATIC COLUMN:TYPE[:COLLATION] ...
//
// Types are those of pg_type. INSTEAD, RULES and AUTOMATIC are bits, as catalog.h has them.
`

const initial = alias => `${alias}.oid >= 12000 and ${alias}.oid < 16384`

const domains = `
select concat_ws(' ', 'domain', n.nspname, t.typname, b.typname, t.typtypmod, t.typcollation,
  case when exists (select from pg_constraint where contypid = t.oid) then 'checked' end) as line
from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_type b on b.oid = t.typbasetype
where t.typtype = 'd' and ${initial('t')} order by t.typname`

// Who takes "internal" cannot be called.
const functions = `
select concat_ws(' ', 'function', n.nspname, proname, r.typname, provolatile,
  case when proisstrict then 'strict' else '-' end, case when proretset then 'set' else '-' end,
  (select string_agg(concat(coalesce(p.proargmodes[i], 'i'), ':', p.proargnames[i], ':',
    (select typname from pg_type where oid = (coalesce(p.proallargtypes, p.proargtypes::oid[]))
      [i + case when p.proallargtypes is null then -1 else 0 end])), ' ' order by i)
   from generate_series(1, coalesce(cardinality(p.proallargtypes), p.pronargs)) i)) as line
from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_type r on r.oid = prorettype
where ${initial('p')} and not 'internal'::regtype = any(p.proargtypes) order by n.nspname, proname`

function bits(from) {
  return `coalesce((select bit_or(bit) from (${from}) b), 0)`
}
const ruleBit = "case ev_type when '3' then 1 when '2' then 2 else 4 end as bit"
const rules = `select ${ruleBit} from pg_rewrite where ev_class = c.oid and ev_type <> '1'`
const relations = `
select concat_ws(' ', case relkind when 'v' then 'view' else 'table' end, n.nspname, c.relname,
  concat(${bits(`${rules} and is_instead and ev_qual = '<>'`)}, ':', ${bits(rules)}, ':',
  case when relkind = 'v' then (u & 8) / 8 + (u & 4) / 2 + (u & 16) / 4 else 0 end),
  (select string_agg(concat(attname, ':', typname, case when attcollation <> typcollation then
     ':' || (select collname from pg_collation where oid = attcollation) end), ' ' order by attnum)
   from pg_attribute join pg_type t on t.oid = atttypid
   where attrelid = c.oid and attnum > 0 and not attisdropped)) as line
from pg_class c join pg_namespace n on n.oid = c.relnamespace,
  pg_relation_is_updatable(c.oid, true) u
where ${initial('c')} and relkind in ('r', 'v') order by n.nspname, c.relname`

/** The text of system_views.def, out of a database that is as initdb left it. */
export async function systemViews(client) {
  const lines = []
  for (const query of [domains, functions, relations]) {
    const { rows } = await client.query(query)
    lines.push(...rows.map(row => row.line))
  }
  return `${head}${lines.join('\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const client = new pg.Client({ connectionString: process.argv[2] })
  await client.connect()
  writeFileSync(new URL('system_views.def', import.meta.url), await systemViews(client))
  await client.end()
}
