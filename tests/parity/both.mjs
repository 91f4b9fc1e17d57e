// Runs every cell with both drivers and prints, as JSON, where their values differ.
import { inspect } from 'node:util'
import * as theirs from '@neondatabase/serverless'
import * as ours from 'ballast'
import { CELLS, QUERIES, VECTOR_CELLS } from './cells.mjs'

const url = process.env.DATABASE_URL
theirs.neonConfig.fetchEndpoint = process.env.ENDPOINT

const [one, other] = [ours.neon(url), theirs.neon(url)]
const { rows: [{ count }] } = await one.query(
  `select count(*) from pg_extension where extname = 'vector'`, [], { fullResults: true })
const cells = count === '1' ? { ...CELLS, ...VECTOR_CELLS } : CELLS

let compared = 0
const differences = []

/**
 * Deep and strict, but an invalid date equals another, and an object that can write itself as a
 * parameter is compared by its fields and by what it writes, not by its class.
 */
function same(a, b) {
  if (typeof a !== 'object' || typeof b !== 'object') return Object.is(a, b)
  if (a === null || b === null) return a === b
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime())
  if (typeof b.toPostgres === 'function') {
    if (typeof a.toPostgres !== 'function' || partsOf(a) !== partsOf(b)) return false
  } else if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) {
    return false
  }
  const [keys, others] = [Object.keys(a), Object.keys(b)]
  return keys.length === others.length &&
    keys.every((key, i) => key === others[i] && same(a[key], b[key]))
}

/** What an interval writes, in whatever order it names its parts. */
function partsOf(interval) {
  return interval.toPostgres().match(/\S+ \S+|0/g).sort().join(' ')
}

function shown(value) {
  return inspect(value.rows ?? value, { depth: 6, breakLength: Infinity }).slice(0, 300)
}

/** Compares a query's whole result in object and array mode. */
async function compare(name, text) {
  for (const arrayMode of [false, true]) {
    const [mine, yours] = await Promise.all([one, other].map(async sql => {
      const result = await sql.query(text, [], { arrayMode, fullResults: true })
        .catch(error => ({ error: error.code }))
      const { _parsers, _types, ...rest } = result
      return rest
    }))
    compared++
    if (same(mine, yours)) continue
    differences.push({
      name, text: text.slice(0, 100), arrayMode, ours: shown(mine), theirs: shown(yours),
    })
  }
}

for (const [type, expressions] of Object.entries(cells)) {
  for (const expression of expressions) await compare(type, `select ${expression} as v`)
  // All together, so that each is decoded beside others and below another row.
  const list = expressions.map((expression, i) => `${expression} as c${i}`).join(', ')
  if (type !== 'large') await compare(type, `select ${list} from generate_series(1, 3)`)
}
for (const [name, text] of Object.entries(QUERIES)) await compare(name, text)

console.log(JSON.stringify({ compared, differences }))
