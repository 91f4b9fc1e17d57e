// onEvent is told of every request, and of nothing that it did not ask for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neon, neonConfig } from 'ballast'
import { ONE, URL_OF_TESTS, refusal, reply, stub } from '../support/wire.mjs'

/** A client that notes its events. */
function watched(options = {}, asked = {}) {
  const events = []
  const listener = event => { events.push(event) }
  const onEvent = Object.keys(asked).length === 0 ? listener : { listener, ...asked }
  return { events, sql: neon(URL_OF_TESTS, { onEvent, ...options }) }
}

test('an event says what became of a query', async t => {
  const body = JSON.stringify(ONE)
  stub(t, neonConfig, () => reply(body, { headers: { 'content-length': String(body.length) } }))
  const { events, sql } = watched()
  await sql`select n from t where a = ${'private'}`
  const [{ hash, durationMs, ...rest }] = events
  assert.match(hash, /^[0-9a-f]{16}$/)
  assert.ok(durationMs >= 0)
  assert.deepEqual(rest, {
    statements: 1, rows: 1, bytes: body.length, attempts: 1, fate: 'answered', verdict: null,
    requestId: 'request-1', code: null,
  })
})

test('the hash names the text, not the values', async t => {
  stub(t, neonConfig)
  const { events, sql } = watched()
  await sql`select ${1}`
  await sql`select ${2}`
  await sql`select ${2}, 1`
  await sql.query('select $1', [3])
  await sql.transaction([sql`select ${1}`, sql`select ${1}`])
  const hashes = events.map(event => event.hash)
  assert.equal(hashes[0], hashes[1])
  assert.equal(hashes[0], hashes[3])
  assert.equal(new Set(hashes).size, 3)
  assert.equal(events[4].statements, 2)
  assert.equal(events[4].rows, 2)
})

test('the hash is FNV-1a of the text and its end, the same everywhere', async t => {
  stub(t, neonConfig)
  const { events, sql } = watched()
  for (const text of ['select 1', 'select \'é😀\'', 'x'.repeat(1000)]) await sql.query(text)
  const expected = text => {
    let hash = 0xcbf29ce484222325n
    for (const unit of [...Array(text.length).keys()].map(i => text.charCodeAt(i)).concat(0)) {
      hash = BigInt.asUintN(64, (hash ^ BigInt(unit)) * 0x100000001b3n)
    }
    return hash.toString(16).padStart(16, '0')
  }
  assert.deepEqual(events.map(event => event.hash),
    ['select 1', 'select \'é😀\'', 'x'.repeat(1000)].map(expected))
})

test('text and parameters are told to those who ask', async t => {
  stub(t, neonConfig)
  const { events, sql } = watched({}, { text: true, params: true })
  await sql`select ${1}, ${null}`
  await sql.transaction([sql`select ${'a'}`, sql`select 2`])
  assert.deepEqual(events[0].text, ['select $1, $2'])
  assert.deepEqual(events[0].params, [['1', null]])
  assert.deepEqual(events[1].text, ['select $1', 'select 2'])
  assert.deepEqual(events[1].params, [['a'], []])
  const quiet = watched({}, { text: false, params: false })
  await quiet.sql`select ${1}`
  assert.equal('text' in quiet.events[0] || 'params' in quiet.events[0], false)
})

test('failures and retries are told', async t => {
  stub(t, neonConfig, (_, n) =>
    n < 3 ? refusal({ code: '40001', message: 'again' }) : reply(ONE))
  const { events, sql } = watched({ retry: { codes: ['40001'], baseMs: 1, maxMs: 1 } })
  await sql`select 1`
  assert.equal(events[0].attempts, 3)
  neonConfig.fetchFunction = async () => refusal({ code: '42P01', message: 'no such table' })
  await assert.rejects(sql`select 1`)
  assert.equal(events[1].code, '42P01')
  assert.equal(events[1].fate, 'answered')
  assert.equal(events[1].rows, 0)
})

test('a listener that throws does not fail the query', async t => {
  stub(t, neonConfig)
  const sql = neon(URL_OF_TESTS, { onEvent() { throw new Error('listener') } })
  assert.deepEqual(await sql`select 1 as n`, [{ n: 1 }])
})

test('a query may have a listener of its own', async t => {
  stub(t, neonConfig)
  const { events, sql } = watched()
  const own = []
  await sql.query('select 1', [], { onEvent: event => { own.push(event) } })
  assert.equal(events.length, 0)
  assert.equal(own.length, 1)
})
