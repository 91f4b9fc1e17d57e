// Sizes, waiting for a session, clients that go away, and servers that do not answer.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

import { onBoth, post, rows, startEndpoint } from '../support/endpoint.mjs'
import { startPostgres } from '../support/postgres.mjs'

const limits = { maxRequest: 2000, maxResponse: 1000 }

onBoth(
  'sizes',
  endpoint => {
    const sized = size => {
      const body = JSON.stringify({ query: 'select length($1) as n', params: [''] })
      return body.replace('""', `"${'x'.repeat(size - body.length)}"`)
    }
    test('a request of the limit passes, one byte more is 413', async () => {
      assert.equal((await post(endpoint(), sized(2000))).status, 200)
      const reply = await post(endpoint(), sized(2001))
      assert.equal(reply.status, 413)
      assert.equal(reply.json.message, 'request is too large (max is 2000 bytes)')
      assert.equal(reply.json.code, '')
      assert.equal(Object.keys(reply.json).length, 17)
    })
    test('a request far over the limit gets its answer, not a broken connection', async () => {
      const reply = await post(endpoint(), 'x'.repeat(5_000_000))
      assert.equal(reply.status, 413)
    })
    test('a reply over the limit is 507', async () => {
      const reply = await post(endpoint(), {
        query: "select repeat('x', 100) as t from generate_series(1, 50)",
      })
      assert.equal(reply.status, 507)
      assert.equal(reply.json.message, 'response is too large (max is 1000 bytes)')
      assert.equal(Object.keys(reply.json).length, 17)
    })
    test('a reply below the limit passes', async () => {
      const reply = await post(endpoint(), { query: "select repeat('x', 900) as t" })
      assert.equal(reply.status, 200)
    })
    test('the statements of a batch share the limit, and the batch is rolled back', async () => {
      await rows(endpoint(), 'create table if not exists size_t (a int)')
      const query = "select repeat('x', 600) as t"
      assert.equal((await post(endpoint(), { queries: [{ query }] })).status, 200)
      const queries = [{ query: 'insert into size_t values (1)' }, { query }, { query }]
      assert.equal((await post(endpoint(), { queries })).status, 507)
      assert.deepEqual(await rows(endpoint(), 'select count(*) from size_t'), [['0']])
      await rows(endpoint(), 'drop table size_t')
    })
  },
  limits,
)

onBoth('large ones', endpoint => {
  test('8 MB both ways by default', async () => {
    const text = 'é'.repeat(4_000_000)
    const reply = await post(endpoint(), { query: 'select $1 as t', params: [text] })
    assert.equal(reply.status, 200)
    assert.equal(reply.json.rows[0].t, text)
  })
  test('100,000 rows', async () => {
    const result = await rows(endpoint(), 'select g, g * 2 from generate_series(1, 100000) g')
    assert.equal(result.length, 100_000)
    assert.deepEqual(result.at(-1), ['100000', '200000'])
  })
  test('many at once are all answered, each with its own', async () => {
    const numbers = Array.from({ length: 200 }, (_, i) => String(i))
    const answers = await Promise.all(numbers.map(n => rows(endpoint(), 'select $1', [n])))
    assert.deepEqual(answers.flat(2), numbers)
  })
})

/** Sends a request, and breaks the connection after `ms`. */
function abandon(dev, query, ms) {
  const body = JSON.stringify(query)
  const headers = { 'neon-connection-string': dev.databaseUrl, 'content-length': body.length }
  const sent = request(dev.url, { method: 'POST', headers })
  sent.on('error', () => {})
  sent.end(body)
  return sleep(ms).then(() => sent.destroy())
}

describe('a client that goes away, on postgres', () => {
  let server, dev
  before(async () => {
    server = await startPostgres()
    dev = await startEndpoint('postgres', { server })
  })
  after(async () => {
    await dev?.close()
    await server?.stop()
  })

  const running = mark =>
    rows(dev, "select count(*) from pg_stat_activity where state = 'active' and query like $1", [
      `select pg_sleep%${mark}%`,
    ])

  async function stops(mark) {
    for (let i = 0; i < 100; i++) {
      if ((await running(mark))[0][0] === '0') return
      await sleep(50)
    }
    assert.fail('the query still runs')
  }

  test('has its query cancelled', async () => {
    const query = { query: 'select pg_sleep(60) /* one */' }
    const gone = abandon(dev, query, 600)
    await sleep(300)
    assert.deepEqual(await running('one'), [['1']])
    await gone
    await stops('one')
  })
  test('has its batch rolled back', async () => {
    await rows(dev, 'create table gone (a int)')
    const queries = [
      { query: 'insert into gone values (1)' },
      { query: 'select pg_sleep(60) /* two */' },
    ]
    await abandon(dev, { queries }, 300)
    await stops('two')
    await sleep(100)
    assert.deepEqual(await rows(dev, 'select count(*) from gone'), [['0']])
    await rows(dev, 'drop table gone')
  })
})

describe('a server that refuses, on postgres', () => {
  test('one that is not there', async () => {
    const dev = await startEndpoint('postgres', {
      server: { url: 'postgres://a:hidden@127.0.0.1:1/b' },
    })
    try {
      const reply = await post(dev, { query: 'select 1' })
      assert.equal(reply.status, 500)
      assert.equal(reply.json.message, "Couldn't connect to compute node")
      assert.deepEqual([reply.json.code, reply.json.severity], ['', ''])
      assert.doesNotMatch(reply.text, /hidden/)
    } finally {
      await dev.close()
    }
  })
  test('one with too many clients, and one without the database', async () => {
    const server = await startPostgres({
      settings: {
        max_connections: 4,
        superuser_reserved_connections: 0,
        reserved_connections: 0,
        max_wal_senders: 0,
      },
    })
    const dev = await startEndpoint('postgres', { server })
    const lost = await startEndpoint('postgres', {
      server: { url: server.url.replace(/\w+$/, 'absent') },
    })
    try {
      const missing = await post(lost, { query: 'select 1' })
      assert.deepEqual([missing.status, missing.json.code], [400, '3D000'])
      assert.equal(missing.json.message, 'database "absent" does not exist')
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => post(dev, { query: 'select pg_sleep(0.3)' })),
      )
      const refused = replies.filter(reply => reply.status === 500)
      assert.ok(refused.length > 0)
      assert.ok(refused.every(({ json }) => json.code === '53300' && json.severity === 'FATAL'))
      assert.ok(replies.some(reply => reply.status === 200))
    } finally {
      await lost.close()
      await dev.close()
      await server.stop()
    }
  })
  test('one that ends the connection in the middle of a query', async () => {
    const dev = await startEndpoint('postgres')
    try {
      const reply = await post(dev, { query: 'select pg_terminate_backend(pg_backend_pid())' })
      assert.equal(reply.status, 400)
      assert.equal(reply.json.code, '57P01')
      assert.deepEqual(await rows(dev, 'select 1'), [['1']])
    } finally {
      await dev.close()
    }
  })
})
