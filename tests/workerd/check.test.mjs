/** The check of queries in the example Worker: what it refuses, and that nothing of it is sent. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { oneRow, send, startFake } from '../support/fake.mjs'
import { jsonClient } from '../support/worker.mjs'
import { startWorker } from '../support/miniflare.mjs'

describe('the check in workerd', () => {
  let fake, worker, call
  const sent = []

  before(async () => {
    fake = await startFake((_, response, body) => {
      sent.push(JSON.parse(body))
      send(response, 200, oneRow({ user_id: 'a' }))
    })
    worker = await startWorker({
      entry: 'worker/src/index.ts', bindings: { DATABASE_URL: fake.databaseUrl },
    })
    call = jsonClient(worker)
  })

  after(async () => {
    await worker?.dispose()
    await fake?.close()
  })

  const ask = async query => {
    const { status, body } = await call('GET', `/rejected?query=${encodeURIComponent(query)}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  it('shows what it says of a query that is wrong', async () => {
    const { status, body } = await call('GET', '/rejected')
    assert.equal(status, 200)
    assert.deepEqual(body, {
      query: 'select emial from users',
      verdict: 'error',
      error: {
        code: '42703',
        message: 'column "emial" does not exist',
        position: '8',
        hint: 'Perhaps you meant to reference the column "users.email".',
        fate: 'refused',
      },
      shown: ['select emial from users', '       ^'],
    })
  })

  for (const [query, code, shown] of [
    ['select 1 +', '42601', ['select 1 +', '          ^']],
    ['select user_id\nfrom usres', '42P01', ['from usres', '     ^']],
    ["select 'é😀', x from users", '42703', ["select 'é😀', x from users", '             ^']],
    ['select lower(1, 2)', '42883', ['select lower(1, 2)', '       ^']],
    ["insert into users (email) values ('a', 'b')", '42601',
      ["insert into users (email) values ('a', 'b')", ' '.repeat(39) + '^']],
    ['select embedding <-> 1 from documents', '42883',
      ['select embedding <-> 1 from documents', ' '.repeat(17) + '^']],
    ["select 1 from users where created_at > '2024-13-45'", '22008',
      ["select 1 from users where created_at > '2024-13-45'", ' '.repeat(39) + '^']],
  ]) {
    it(`${query.replace('\n', ' ')}: ${code}`, async () => {
      const { verdict, error, shown: lines } = await ask(query)
      assert.deepEqual([verdict, error?.code, lines], ['error', code, shown])
    })
  }

  it('says no more of one that is right, or that it does not judge', async () => {
    assert.equal((await ask('select user_id from users')).verdict, 'ok')
    assert.equal((await ask('notify x')).verdict, 'notChecked')
  })

  it('has sent nothing of all this', () => {
    assert.deepEqual(sent, [])
  })

  it('makes values what the query wants, and sends what is right', async () => {
    const metadata = { a: [1, null] }
    const user = { user_id: 'a', email: 'a@example.com', metadata }
    assert.equal((await call('POST', '/users', user)).status, 201)
    const [{ params }] = sent
    assert.deepEqual(params, ['a', 'a@example.com', '{"a":[1,null]}'])
  })
})
