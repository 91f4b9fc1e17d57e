/** Queries of yours over a schema of yours. */
import { readFileSync } from 'node:fs'
import { domainsQuery, readDomains, schemaQuery, stateQuery } from './schema-text.mjs'

/** Makes a schema in an empty database, and tells the checker and the score. */
export async function prepare(wire, checker, score, sql) {
  const made = await wire.query(sql)
  if (made.error) throw new Error(`the schema does not apply: ${made.error.message}`)
  const { rows } = await wire.query(stateQuery)
  const asked = await wire.query(schemaQuery)
  if (asked.error) throw new Error(`the schema cannot be asked for: ${asked.error.message}`)
  await checker.load(asked.rows[0][0])
  await checker.setPath(JSON.parse(rows[0][0]))
  score.domains = readDomains((await wire.query(domainsQuery)).rows)
}

// What a server finds only when it plans a statement, and so after it was described.
const plannersCodes = ['42P10']

/** What planning says of a statement that was described without an error. */
async function plan(wire, sql, described) {
  const inBlock = wire.status === 'T'
  if (inBlock) await wire.query('savepoint ballast_plan')
  // GENERIC_PLAN is 16's; what has no parameters needs none.
  const option = described.parameters.length === 0 ? '' : '(generic_plan) '
  const { error } = await wire.query(`explain ${option}${sql}`)
  if (inBlock) await wire.query('rollback to ballast_plan; release ballast_plan')
  return plannersCodes.includes(error?.code) ? { error } : described
}

/** Describes a query on both sides. */
export async function describe(wire, checker, sql) {
  const [theirs, ours] = await Promise.all([wire.describe(sql), checker.check(sql)])
  const isPlanners = !theirs.error && plannersCodes.includes(ours.error?.code)
  return { theirs: isPlanners ? await plan(wire, sql, theirs) : theirs, ours }
}

/** A line is the text of a query as JSON, or an object with one as `query`. */
function readQueries(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line.trim() !== '')
    .map((line, i) => {
      const value = JSON.parse(line)
      const query = typeof value === 'string' ? value : value.query
      if (typeof query !== 'string') throw new Error(`${file}:${i + 1}: there is no query`)
      return { file: `${file}:${i + 1}`, sql: query }
    })
}

export async function runOwn(server, checker, score, { schema, queries }) {
  const wire = await server.connect()
  await prepare(wire, checker, score, readFileSync(schema, 'utf8'))
  for (const from of readQueries(queries)) {
    const { ours, theirs } = await describe(wire, checker, from.sql)
    score.add(from, ours, theirs)
  }
  wire.close()
}
