/**
 * A planner that needs no skill: where the facts differ it drops every schema and loads the wanted
 * script, and says that it deletes every table. It passes the judge's laws, so what fails with it
 * is the judge, or the pair.
 */
import { difference, facts, isSame } from './facts.mjs'
import { publicSchema, sweep } from './sweep.mjs'

/** `plan({ from, to, pair })`, as the real planner has it; only this one looks at the pair. */
export const fakePlanner = {
  plan: async ({ from, to, pair }) => {
    const before = await facts(from)
    const wanted = await facts(to)
    if (isSame(difference(before, wanted))) return { statements: [], deletes: [], questions: [] }
    const tables = await from(`select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_schema$)'`)
    const [{ version }] = await to(
      "select current_setting('server_version_num')::int / 10000 as version")
    const texts = [sweep, ...publicSchema(Number(version)), pair.to]
    return {
      statements: texts.map(sql => ({ sql, transactional: true, segment: 0 })),
      deletes: tables.map(({ name }) => `table ${name}`),
      questions: [],
    }
  },
}
