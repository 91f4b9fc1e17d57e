/**
 * The judge's view of a catalog: a sorted list of facts, one line of text each, that is the same
 * for two databases exactly when their schemas are. Nothing depends on oids, on owners, on the
 * order of columns in a table, or on names that PostgreSQL makes up.
 */
import { relationFacts } from './facts-relations.mjs'
import { otherFacts } from './facts-others.mjs'

/** The one query behind `facts`, for servers of a major version. */
export function factsSql(version) {
  return `with
user_schema as (
  select oid, nspname, nspacl, nspowner from pg_namespace
  where nspname !~ '^pg_' and nspname <> 'information_schema'
),
member as (select classid, objid from pg_depend where deptype = 'e'),
relation as (
  select c.*, format('%I.%I', n.nspname, c.relname) as name
  from pg_class c join user_schema n on n.oid = c.relnamespace
  where not exists (select from member where classid = 'pg_class'::regclass and objid = c.oid)
)
select fact from (
${[...relationFacts, ...otherFacts(version)].join('\nunion all\n')}
) facts where fact is not null order by fact collate "C"`
}

/** The facts of the database that `query` talks to. */
export async function facts(query) {
  const [{ version }] = await query(
    "select current_setting('server_version_num')::int / 10000 as version")
  await query("select set_config('search_path', '', false)")
  const rows = await query(factsSql(Number(version)))
  await query('reset search_path')
  return rows.map(({ fact }) => fact)
}

/** The lines that only one of two lists of facts has. */
export function difference(a, b) {
  const without = (list, other) => {
    const left = new Map()
    for (const line of other) left.set(line, (left.get(line) ?? 0) + 1)
    return list.filter(line => {
      const count = left.get(line) ?? 0
      left.set(line, count - 1)
      return count <= 0
    })
  }
  return { onlyA: without(a, b), onlyB: without(b, a) }
}

/** Whether a difference is none. */
export const isSame = ({ onlyA, onlyB }) => onlyA.length === 0 && onlyB.length === 0
