/**
 * Ours against the official driver, in one process, in turn, with the same bytes. What is measured
 * is the driver alone: `fetch` is a stub whose response has the bytes at hand, and gives them as
 * `arrayBuffer()` without a copy and as `json()` the way the standard says, decoded and parsed.
 */
import { duel } from './duel.mjs'
import { replyBytes } from './replies.mjs'

export const DATABASE_URL = 'postgresql://user:secret@ep-bench.eu-central-1.aws.neon.tech/app'
const decoder = new TextDecoder()

/** A response that costs nothing. */
export function stub(bytes) {
  const headers = new Headers({
    'content-type': 'application/json', 'content-length': String(bytes.length),
  })
  return async () => ({
    ok: true,
    status: 200,
    headers,
    json: async () => JSON.parse(decoder.decode(bytes)),
    text: async () => decoder.decode(bytes),
    arrayBuffer: async () => bytes.buffer,
  })
}

const TEXT = 'select * from users where user_id = $1'
const BYTES = new Uint8Array(100_000).fill(0xa7)
const VECTORS = { as: { embedding: 'float32' } }
const vectorsOf = rows => rows.map(row => new Float32Array(JSON.parse(row.embedding)))

// name, reply, aim in Node and in workerd, what ours is asked for, what both are made to do, and
// the gates of lines that miss their aim, a third below the least that a machine has given: others
// have theirs 30 % below the aim. A gate finds what has become slower, and not a busy machine.
const LINES = [
  ['small-query', 'small', 3.5, 3.5],
  ['objects-1000x8', 'mixed', 6.5, 3.2],
  ['views-1000x8', 'mixed', 20, 12, { rowMode: 'view' }],
  ['columns-1000x8', 'mixed', 20, 12, { rowMode: 'columns' }],
  // Half of the time is V8 moving the rows that survive; 5.5 to 6.5 in Node 20.
  ['objects-100kx4', 'numbers', 7, 7, {}, { gates: [4, 4.9] }],
  ['columns-100kx4', 'numbers', 15, 15, { rowMode: 'columns' }],
  // 17 to 24 in Node, 14 to 17 in workerd: 8 ns a number in the module, 1.5 to make it a JavaScript
  // array's.
  ['arrays', 'arrays', 25, 25, {}, { gates: [11, 10] }],
  // 14.7x and 12.1x on one machine, 5.9x and 8.4x on another, with the same module.
  ['bytea-reply', 'bytes', 12, 12, {}, { gates: [4, 5.5] }],
  // 40x to 50x where malloc has 200 KB at hand, 5x where each body is mapped anew. In workerd the
  // official driver finds a native Uint8Array.toHex; what is left is memory.
  ['bytea-param-100k', 'small', 50, 50, {}, { param: BYTES, gates: [2.5, 3] }],
  // 5.0x to 9.2x in Node, by the machine.
  // 2.3x to 3.5x in workerd, whose JSON.parse takes 32 to 48 ns for a number; the module takes 14.
  ['vectors-500x1536', 'vectors', 8, 3, VECTORS, { theirs: vectorsOf, gates: [3.4, 1.5] }],
  // 5.9x to 8x in Node, 2.6x to 3x in workerd.
  ['text-ascii', 'ascii', 8, 3, {}, { gates: [4, 1.8] }],
  ['text-unicode', 'unicode', 2.5, 2, {}, { gates: [1.7, 1.1] }],
]

export const LINE_NAMES = LINES.map(([name]) => name)

/** Reads a column or two of a lazy result, as someone who asked for one would. */
function touch(name, rows) {
  if (name.startsWith('views')) {
    let sum = 0
    for (const row of rows) sum += row.id
    return sum
  }
  if (name.startsWith('columns')) return Object.values(rows).map(column => column.numbers()?.length)
  return rows
}

/** One line's ratio, official time over ours, over `rounds` pairs. */
export async function contest(name, { official, ours, isWorkerd, rounds = 15 }) {
  const [, reply, nodeAim, workerdAim, options = {}, { param, theirs, gates } = {}] =
    LINES.find(line => line[0] === name)
  const fetchFunction = stub(replyBytes(reply))
  official.neonConfig.fetchFunction = fetchFunction
  ours.neonConfig.fetchFunction = fetchFunction
  const params = [param ?? 'user_01']
  const officialSql = official.neon(DATABASE_URL, { disableWarningInBrowsers: true })
  const ourSql = ours.neon(DATABASE_URL, options)
  const a = async () => {
    const rows = await officialSql.query(TEXT, params)
    return theirs === undefined ? rows : theirs(rows)
  }
  const b = async () => touch(name, await ourSql.query(TEXT, params))
  const aim = isWorkerd ? workerdAim : nodeAim
  return {
    name,
    ...await duel(a, b, { isWorkerd, rounds }),
    aim,
    gate: gates?.[isWorkerd ? 1 : 0] ?? aim * 0.7,
  }
}
