/**
 * Whether a column that the checker calls not-null ever yields NULL: queries over empty tables and
 * over tables filled at random. Precision beside it: of the columns in which no NULL was ever seen,
 * how many are called so.
 */
import { clear } from './mutants.mjs'
import { nullQueriesOf } from './null-queries.mjs'
import { prepare } from './own.mjs'
import { queriesOf } from './queries.mjs'
import { generator } from './random.mjs'
import { enumsOf, fillSql, valueOf } from './rows.mjs'
import { schemas } from './schemas.mjs'

const runsOfEach = 3

class Nullability {
  counts = {
    queries: 0, notChecked: 0, refused: 0, runs: 0, failedRuns: 0, columns: 0, notNull: 0,
    neverNull: 0, neverNullCalledSo: 0, violations: 0,
  }
  violations = []
  #wire
  #checker
  #random
  #progress

  constructor(wire, checker, seed, progress) {
    this.#wire = wire
    this.#checker = checker
    this.#random = generator(seed)
    this.#progress = progress
  }

  /** The queries that the server and the checker both take, with their columns. */
  async #read(schema, queries) {
    const out = []
    for (const { sql, template } of queries) {
      const theirs = await this.#wire.describe(sql)
      const ours = await this.#checker.check(sql)
      this.counts.queries++
      if (theirs.error) {
        this.counts.refused++
        this.#progress(`${schema.name} ${template}: ${theirs.error.message}\n${sql}`)
      } else if (ours.verdict !== 'ok') {
        this.counts.notChecked++
      } else if (ours.columns.length > 0) {
        const columns = ours.columns.map(({ name, nullable }) => ({ name, nullable }))
        for (const column of columns) Object.assign(column, { seen: 0, nulls: 0 })
        out.push({ sql, template, columns, parameters: ours.parameters })
      }
    }
    return out
  }

  /** Runs a query, and looks at its rows. */
  async #look(query, enums, fill) {
    const random = this.#random
    const values = query.parameters.map(({ type }) =>
      random.chance(0.15) ? null : valueOf(type, random, 1 + random.below(9), enums),
    )
    await this.#wire.query('begin')
    const { rows, error } = await this.#wire.execute(query.sql, values)
    await this.#wire.query('rollback')
    this.counts.runs++
    if (error) this.counts.failedRuns++
    for (const row of error ? [] : rows) {
      for (const [i, column] of query.columns.entries()) {
        column.seen++
        if (row[i] !== null) continue
        column.nulls++
        if (column.nullable || column.nulls > 1) continue
        this.violations.push({ ...query, column: `${i + 1} (${column.name})`, fill, values })
        this.counts.violations++
      }
    }
  }

  async run(schema, queries, fills) {
    const read = await this.#read(schema, queries)
    const enums = enumsOf(schema.sql)
    const tables = schema.tables.map(({ name }) => `"${name}"`).join(', ')
    for (let fill = 0; fill <= fills; fill++) {
      await this.#wire.query(`truncate ${tables} restart identity cascade`)
      const { error } = await this.#wire.query(fill > 0 ? fillSql(schema, this.#random) : '')
      if (error) throw new Error(`${schema.name} cannot be filled: ${error.message}`)
      // Other parameters find other rows.
      for (const query of read) {
        for (let i = 0; i < runsOfEach; i++) await this.#look(query, enums, fill)
      }
    }
    for (const column of read.flatMap(({ columns }) => columns)) this.#add(column)
  }

  #add({ nullable, seen, nulls }) {
    this.counts.columns++
    if (!nullable) this.counts.notNull++
    if (seen === 0 || nulls > 0) return
    this.counts.neverNull++
    if (!nullable) this.counts.neverNullCalledSo++
  }
}

/** Prints what is found, and gives the counts. */
export async function runNullability(server, checker, { seed, fills, progress, write }) {
  const wire = await server.connect()
  const nullability = new Nullability(wire, checker, seed, progress)
  for (const schema of schemas) {
    await clear(wire)
    await prepare(wire, checker, {}, schema.sql)
    const queries = [...queriesOf(schema, 60, seed), ...nullQueriesOf(schema, 60, seed)]
    await nullability.run(schema, queries, fills)
    progress(`${schema.name}: ${queries.length} queries`)
  }
  wire.close()
  const { counts, violations } = nullability
  for (const { template, sql, column, fill, values } of violations) {
    write(`NULL in column ${column} of ${template}, fill ${fill}, with ${JSON.stringify(values)}:`)
    write(`${sql}\n`)
  }
  for (const [name, count] of Object.entries(counts)) write(`${name.padEnd(20)}${count}`)
  const precision = Math.round((1000 * counts.neverNullCalledSo) / counts.neverNull) / 10
  write(`precision: ${precision} % of the columns in which no NULL was seen are called not-null`)
  return { seed, ...counts, precision }
}
