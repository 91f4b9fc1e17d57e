// Prints what each driver sends for each of many values, as JSON. Run by params.test.mjs.
import * as theirs from '@neondatabase/serverless'
import * as ours from 'ballast'
import { ONE, URL_OF_TESTS, reply } from '../support/wire.mjs'

class Money {
  constructor(amount) { this.amount = amount }
  toPostgres(write) { return [this.amount, write(this.amount), 'a"b', new Date(0)] }
}

class Point {
  constructor() { this.x = 1 }
  toJSON() { return { x: 'one' } }
}

const bytes = new Uint8Array([1, 255])

const values = {
  one: 1, zero: 0, minusZero: -0, fraction: 1.5, large: 1e21, small: 1e-7, nan: NaN,
  infinity: Infinity, minusInfinity: -Infinity, maxSafe: Number.MAX_SAFE_INTEGER,
  bigint: 12345678901234567890n, true: true, false: false, null: null, undefined: undefined,
  text: 'a', empty: '', quotes: `'"\\`, control: 'a\0\b\n\t\x7f', emoji: 'é😀', lone: '\ud800',
  long: 'x'.repeat(10_000),
  epoch: new Date(0), ms: new Date(123), y2001: new Date(1e12), summer: new Date(1625142896789),
  y9999: new Date('9999-12-31T23:59:59.999Z'), y10000: new Date(253402300800000),
  y99: new Date('0099-06-01T00:00:00Z'), y1: new Date('0001-06-01T00:00:00Z'),
  bc1200: new Date(-1e14), bc250: new Date(-7e13), y1880: new Date('1880-07-01T12:34:56.789Z'),
  invalidDate: new Date(NaN), invalidDates: [new Date(NaN)],
  numbers: [1, 2.5, -0, NaN, 1e21], nested: [[1, 2], [3, 4]], emptyArray: [], emptyNested: [[]],
  nulls: [null, undefined, [null]], holes: new Array(2), bigints: [1n], booleans: [true, false],
  texts: ['a"b', 'c\\d', 'NULL', '', '{}', ' x ', 'é😀\n\t', ','], dates: [[new Date(0)]],
  objects: [{ a: '"' }, { b: [1] }], buffers: [Buffer.from('ab'), [Buffer.alloc(0)]],
  money: new Money(5), moneys: [new Money(5)], nothing: { toPostgres: () => null },
  notEven: { toPostgres: () => undefined }, json: { toPostgres: () => ({ a: 1 }) },
  made: { toPostgres: () => Buffer.from('a') }, chain: { toPostgres: () => new Money(1) },
  object: { a: 1, b: [1], c: undefined, d: new Date(0), e: null }, point: new Point(),
  bare: Object.assign(Object.create(null), { a: 1 }), map: new Map([[1, 2]]), set: new Set([1]),
  regexp: /a/, error: new Error('x'), boxed: Object('s'), url: new URL('http://host.test/a'),
  buffer: Buffer.from([1, 255]), emptyBuffer: Buffer.alloc(0), uint8: bytes,
  part: new Uint8Array([0, 1, 2, 3]).subarray(1, 3), uint16: new Uint16Array([258]),
  float32: new Float32Array([1]), float64: new Float64Array([1]), big64: new BigInt64Array([1n]),
  dataView: new DataView(new ArrayBuffer(2)), arrayBuffer: bytes.buffer,
  longBuffer: Buffer.alloc(1000, 171), arrayOfUint8Array: [bytes, null, [new Uint8Array()]],
  aFunction: (a, b) => a + b, symbol: Symbol('s'), promise: Promise.resolve(1),
  dateWithMethod: Object.assign(new Date(0), { toPostgres: () => 'no' }),
  arrayWithMethod: Object.assign([1], { toPostgres: () => 'no' }),
}

async function sentBy(driver) {
  const sent = {}
  const sql = driver.neon(URL_OF_TESTS)
  for (const [name, value] of Object.entries(values)) {
    driver.neonConfig.fetchFunction = async (_, { body }) => {
      sent[name] = JSON.parse(body).params[0]
      return reply(ONE)
    }
    await sql.query('select $1', [value]).catch(error => { sent[name] = { thrown: error.name } })
  }
  return sent
}

console.log(JSON.stringify({ ours: await sentBy(ours), theirs: await sentBy(theirs) }))
