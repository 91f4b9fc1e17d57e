// PGlite has one session: who waits for it, for how long, and what the others are told.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { Client, pointDriver } from '../support/driver.mjs'
import { post, rows, startEndpoint } from '../support/endpoint.mjs'

let dev
before(async () => {
  dev = await startEndpoint('pglite', { waitMs: 300 })
  pointDriver(dev)
})
after(() => dev?.close())

async function connected() {
  const client = new Client(dev.databaseUrl)
  await client.connect()
  return client
}

test('a request waits for a transaction to end', async () => {
  const client = await connected()
  await client.query('begin')
  await client.query('create temp table w_t as select 1')
  const waiting = rows(dev, "select to_regclass('w_t')")
  await sleep(50)
  await client.query('commit')
  assert.deepEqual(await waiting, [[null]])
  await client.end()
})

test('after a while it gets 53300 with a way out, over HTTP and WebSocket', async () => {
  const client = await connected()
  await client.query('begin')
  const reply = await post(dev, { query: 'select 1' })
  assert.equal(reply.status, 500)
  assert.equal(reply.json.code, '53300')
  assert.match(reply.json.hint, /--postgres/)
  assert.equal(reply.json.severity, 'FATAL')
  const other = await connectedLater()
  await assert.rejects(other(), error => error.code === '53300' && /--postgres/.test(error.hint))
  await client.query('commit')
  assert.deepEqual(await rows(dev, 'select 1'), [['1']])
  await client.end()
})

/** Opens a client whose greeting was cached by an earlier one, and returns what queries with it. */
async function connectedLater() {
  const client = await connected()
  return () => client.query('select 1').finally(() => client.end())
}

test('those who wait come in in order', async () => {
  const client = await connected()
  await client.query('begin')
  const order = []
  const waiting = [1, 2, 3].map(n => rows(dev, 'select 1').then(() => order.push(n)))
  await sleep(50)
  await client.query('rollback')
  await Promise.all(waiting)
  assert.deepEqual(order, [1, 2, 3])
  await client.end()
})
