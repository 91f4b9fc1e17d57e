// The official driver's Pool and Client over the WebSocket side.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'

import { Client, neonConfig, Pool, pointDriver } from '../support/driver.mjs'
import { onBoth, rows } from '../support/endpoint.mjs'

onBoth('Pool and Client of the official driver', (endpoint, backend) => {
  before(() => pointDriver(endpoint()))

  async function withPool(use, options = {}) {
    const pool = new Pool({ connectionString: endpoint().databaseUrl, ...options })
    try {
      return await use(pool)
    } finally {
      await pool.end()
    }
  }
  async function withClient(use) {
    const client = new Client(endpoint().databaseUrl)
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }

  test('the driver pipelines startup, password and first query', () => {
    assert.equal(neonConfig.pipelineConnect, 'password')
  })
  test('a query with parameters', () =>
    withPool(async pool => {
      const { rows, fields } = await pool.query('select $1::int as n, $2 as t', [42, 'é'])
      assert.deepEqual(rows, [{ n: 42, t: 'é' }])
      assert.equal(fields[0].dataTypeID, 23)
    }))
  test('several statements in one text', () =>
    withClient(async client => {
      const results = await client.query('select 1 as a; select 2 as b')
      assert.deepEqual(
        results.map(result => result.rows),
        [[{ a: 1 }], [{ b: 2 }]],
      )
    }))
  test('an interactive transaction, committed and rolled back', () =>
    withPool(async pool => {
      await pool.query('create table if not exists ws_t (a int)')
      const client = await pool.connect()
      await client.query('begin')
      const { rows: made } = await client.query('insert into ws_t values ($1) returning a', [1])
      assert.deepEqual(made, [{ a: 1 }])
      await client.query('commit')
      await client.query('begin')
      await client.query('delete from ws_t')
      await client.query('rollback')
      client.release()
      assert.deepEqual((await pool.query('select a from ws_t')).rows, [{ a: 1 }])
      await pool.query('drop table ws_t')
    }))
  test('an error, in the extended and in the simple protocol; the connection goes on', () =>
    withClient(async client => {
      await assert.rejects(client.query('select nothing where $1', [true]), {
        code: '42703',
        position: '8',
      })
      await assert.rejects(client.query('selec'), { code: '42601', severity: 'ERROR' })
      assert.deepEqual((await client.query('select 1 as a')).rows, [{ a: 1 }])
    }))
  test('an error inside a transaction', () =>
    withClient(async client => {
      await client.query('begin')
      await assert.rejects(client.query('select 1/0'), { code: '22012' })
      await assert.rejects(client.query('select 1'), { code: '25P02' })
      await client.query('rollback')
      assert.deepEqual((await client.query('select 1 as a')).rows, [{ a: 1 }])
    }))
  test('prepared statements outlive the turns of others', () =>
    withClient(async client => {
      const named = { name: 'p', text: 'select $1::int * 2 as n' }
      assert.deepEqual((await client.query({ ...named, values: [1] })).rows, [{ n: 2 }])
      assert.deepEqual(await rows(endpoint(), 'select 3'), [['3']])
      assert.deepEqual((await client.query({ ...named, values: [2] })).rows, [{ n: 4 }])
    }))
  test('several clients at once', () =>
    withPool(async pool => {
      const numbers = Array.from({ length: 40 }, (_, n) => n)
      const results = await Promise.all(numbers.map(n => pool.query('select $1::int as n', [n])))
      assert.deepEqual(
        results.map(result => result.rows[0].n),
        numbers,
      )
    }))
  test('transactions of several clients do not mix', () =>
    withPool(async pool => {
      await pool.query('drop table if exists ws_m')
      await pool.query('create table ws_m (a int)')
      await Promise.all(
        Array.from({ length: 8 }, async (_, n) => {
          const client = await pool.connect()
          await client.query('begin')
          await client.query('insert into ws_m values ($1)', [n])
          await client.query(n % 2 === 0 ? 'commit' : 'rollback')
          client.release()
        }),
      )
      const { rows: kept } = await pool.query('select a from ws_m order by a')
      assert.deepEqual(
        kept.map(({ a }) => a),
        [0, 2, 4, 6],
      )
      await pool.query('drop table ws_m')
    }))
  test('a client that vanishes inside a transaction leaves nothing', async () => {
    await rows(endpoint(), 'create table if not exists ws_g (a int)')
    const client = new Client(endpoint().databaseUrl)
    client.on('error', () => {})
    await client.connect()
    await client.query('begin')
    await client.query('insert into ws_g values (1)')
    client.connection.stream.ws.terminate()
    assert.deepEqual(await rows(endpoint(), 'select count(*) from ws_g'), [['0']])
    // On PostgreSQL, its lock goes a moment after its connection.
    await rows(endpoint(), 'drop table ws_g')
  })
  test('a wrong password and an unknown database', async () => {
    const { databaseUrl } = endpoint()
    for (const [url, code, message] of [
      [
        databaseUrl.replace(':ballast@', ':wrong@'),
        '28P01',
        "password authentication failed for user 'ballast'",
      ],
      [databaseUrl.replace(/ballast$/, 'other'), '3D000', 'database "other" does not exist'],
    ]) {
      const client = new Client(url)
      client.on('error', () => {})
      // The driver does not wait for the password to be accepted: the first query tells.
      const refused = new Promise(resolve => client.once('error', resolve))
      const first = client.connect().then(() => client.query('select 1'))
      const error = await Promise.race([
        refused,
        first.then(
          () => assert.fail('came in'),
          e => e,
        ),
      ])
      assert.deepEqual([error.code, error.message], [code, message])
    }
  })
  test('a megabyte both ways', () =>
    withClient(async client => {
      const text = 'x'.repeat(1 << 20)
      assert.equal((await client.query('select $1 as t', [text])).rows[0].t, text)
    }))

  if (backend === 'postgres') {
    test('LISTEN and NOTIFY', () =>
      withClient(async client => {
        const heard = new Promise(resolve => client.once('notification', resolve))
        await client.query('listen news')
        await rows(endpoint(), "select pg_notify('news', 'hello')")
        const { channel, payload } = await heard
        assert.deepEqual([channel, payload], ['news', 'hello'])
      }))
  } else {
    test('COPY FROM STDIN is refused with a way out', () =>
      withClient(async client => {
        await assert.rejects(client.query('copy pg_class from stdin'), error => {
          assert.equal(error.code, '0A000')
          assert.match(error.hint, /--postgres/)
          return true
        })
        assert.deepEqual((await client.query('select 1 as a')).rows, [{ a: 1 }])
      }))
  }
})
