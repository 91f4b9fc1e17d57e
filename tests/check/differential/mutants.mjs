/** Good queries over five schemas, and what becomes of them by one mistake each. */
import { mutantsOf } from './mutate.mjs'
import { describe, prepare } from './own.mjs'
import { queriesOf } from './queries.mjs'
import { generator } from './random.mjs'
import { schemas } from './schemas.mjs'

const perSchema = 66

/** Takes away what a schema has made, which is all that the database has. */
export async function clear(wire) {
  const { rows } = await wire.query(
    `select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
  )
  for (const [name] of rows) await wire.query(`drop schema "${name}" cascade`)
  await wire.query('create schema public')
}

export async function runMutants(server, checker, score, { seed, count, progress }) {
  const wire = await server.connect()
  const random = generator(seed)
  const each = Math.ceil(count / (schemas.length * perSchema))
  progress(`seed ${seed}`)
  const kinds = {}
  for (const schema of schemas) {
    await clear(wire)
    await prepare(wire, checker, score, schema.sql)
    const queries = queriesOf(schema, perSchema, seed)
    let mutants = 0
    for (const { template, sql } of queries) {
      const good = await describe(wire, checker, sql)
      // A query of ours that the server refuses says nothing of the checker, but of this file.
      if (good.theirs.error) {
        throw new Error(`${schema.name} ${template}: ${good.theirs.error.message}\n${sql}`)
      }
      score.add({ file: `${schema.name} ${template}`, sql }, good.ours, good.theirs)
      for (const mutant of mutantsOf(sql, schema, random, each)) {
        const { ours, theirs } = await describe(wire, checker, mutant.sql)
        const file = `${schema.name} ${template} ${mutant.operator}`
        score.add({ file, sql: mutant.sql }, ours, theirs)
        const kind = (kinds[mutant.operator] ??= { mutants: 0, rejected: 0 })
        kind.mutants++
        if (theirs.error) kind.rejected++
        mutants++
      }
    }
    const { length } = schema.tables
    progress(`${schema.name}: ${length} tables, ${queries.length} queries, ${mutants} mutants`)
  }
  for (const [name, { mutants, rejected }] of Object.entries(kinds)) {
    progress(`  ${name.padEnd(18)}${String(mutants).padStart(5)} mutants, ${rejected} rejected`)
  }
  wire.close()
}
