// Parameters go over the wire as the official driver's do, in every time zone.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { neon, neonConfig, vector } from 'ballast'
import { URL_OF_TESTS, stub } from '../support/wire.mjs'

const script = fileURLToPath(new URL('./params-both.mjs', import.meta.url))

/** What each driver sends for each value, from a process of its own: a zone is set once. */
function bothIn(zone) {
  const env = { ...process.env, TZ: zone }
  return JSON.parse(execFileSync(process.execPath, [script], { env, encoding: 'utf8' }))
}

// Where we differ on purpose: the names of the values, and why.
const DIFFERENT = {
  arrayBuffer: 'theirs sends {} for it, which loses the bytes',
  invalidDate: 'theirs sends digits of NaN; the server refuses both',
  invalidDates: 'as above',
  arrayOfUint8Array: 'theirs throws',
}
// And where a zone's offset has seconds, theirs drops them: the instant moves by up to a minute.
const BEFORE_STANDARD_TIME = new Set(['y99', 'y1', 'bc1200', 'bc250', 'y1880'])

for (const zone of ['UTC', 'America/New_York', 'Asia/Tokyo']) {
  test(`parameters are those of the official driver in ${zone}`, () => {
    const both = bothIn(zone)
    const names = Object.keys(both.ours)
    assert.ok(names.length >= 60, `${names.length} values`)
    for (const name of names) {
      const ours = both.ours[name]
      const theirs = both.theirs[name]
      if (name in DIFFERENT) {
        assert.notDeepEqual(ours, theirs, `${name} no longer differs: ${DIFFERENT[name]}`)
      } else if (BEFORE_STANDARD_TIME.has(name) && zone !== 'UTC') {
        assert.equal(ours.replace(/([+-]\d\d:\d\d):\d\d/, '$1'), theirs, name)
        assert.match(ours, /[+-]\d\d:\d\d:\d\d/, name)
      } else {
        assert.deepEqual(ours, theirs, name)
      }
    }
    assert.equal(both.ours.arrayBuffer, '\\x01ff')
    assert.equal(both.ours.arrayOfUint8Array, '{\\\\x01ff,NULL,{\\\\x}}')
    assert.equal(both.ours.invalidDate, 'Invalid Date')
  })
}

test('long bytes are the hex that Node makes of them', async t => {
  const sent = stub(t, neonConfig)
  const bytes = new Uint8Array(100_003).map((_, i) => i * 7)
  const hex = '\\x' + Buffer.from(bytes.subarray(1)).toString('hex')
  const sql = neon(URL_OF_TESTS)
  await sql.query('select $1', [bytes.subarray(1)])
  await sql`select ${'"é'}, ${bytes.subarray(1)}, ${null}, ${bytes.buffer}, ${[bytes]}`
  await sql.transaction([
    sql`select ${bytes}`, sql`select 1`, sql.query('select $1, $2', [1, bytes]),
  ])
  assert.equal(sent[0].body.params[0], hex)
  assert.equal(sent[0].headers['Content-Type'], 'text/plain;charset=UTF-8')
  const all = '\\x' + Buffer.from(bytes).toString('hex')
  assert.deepEqual(sent[1].body, {
    query: 'select $1, $2::bytea, $3, $4::bytea, $5',
    params: ['"é', hex, null, all, `{\\${all}}`],
  })
  assert.deepEqual(sent[2].body, {
    queries: [
      { query: 'select $1::bytea', params: [all] },
      { query: 'select 1', params: [] },
      { query: 'select $1, $2', params: ['1', all] },
    ],
  })
})

test('vector() writes what pgvector reads', () => {
  assert.equal(vector(new Float32Array([1, -2.5, 0.1])), '[1,-2.5,0.10000000149011612]')
  assert.equal(vector(new Float64Array([0.1])), '[0.1]')
  assert.equal(vector([1, 2]), '[1,2]')
  assert.equal(vector([]), '[]')
})

test('a parameter that cannot be written rejects the query and sends nothing', async t => {
  const sent = stub(t, neonConfig)
  const sql = neon(URL_OF_TESTS)
  const circle = {}
  circle.circle = circle
  const itself = { toPostgres() { return this } }
  for (const value of [circle, { big: 1n }, itself]) {
    await assert.rejects(sql`select ${value}`, TypeError)
    await assert.rejects(sql.transaction([sql`select ${value}`]), TypeError)
  }
  assert.equal(sent.length, 0)
})
