// The official driver's neon() against the endpoint.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'

import { neon, pointDriver } from '../support/driver.mjs'
import { onBoth } from '../support/endpoint.mjs'

onBoth('neon() of the official driver', endpoint => {
  let sql
  before(() => {
    pointDriver(endpoint())
    sql = neon(endpoint().databaseUrl)
  })

  test('a tagged query with parameters', async () => {
    const day = new Date('2026-01-02T03:04:05.678Z')
    const [row] = await sql`select ${41}::int + 1 as n, ${'x'} as t, ${null}::int as z,
      ${day}::timestamptz as d, ${{ a: [1] }}::jsonb as j, ${['a', 'b,c']}::text[] as l,
      ${true}::bool as b`
    assert.deepEqual(row, {
      n: 42,
      t: 'x',
      z: null,
      d: day,
      j: { a: [1] },
      l: ['a', 'b,c'],
      b: true,
    })
  })
  test('bytea', async () => {
    const [row] = await sql`select ${Buffer.from([0, 1, 255])} as b`
    assert.deepEqual(row.b, Buffer.from([0, 1, 255]))
  })
  test('arrayMode and fullResults', async () => {
    assert.deepEqual(await sql.query('select 1 as a, 2 as a', [], { arrayMode: true }), [[1, 2]])
    const full = await sql.query('select $1::int8 as big', ['9007199254740993'], {
      fullResults: true,
    })
    assert.deepEqual(full.rows, [{ big: '9007199254740993' }])
    assert.deepEqual([full.command, full.rowCount, full.rowAsArray], ['SELECT', 1, false])
    assert.equal(full.fields[0].dataTypeID, 20)
  })
  test('a transaction with options', async () => {
    const options = { isolationLevel: 'Serializable', readOnly: true, deferrable: true }
    const results = await sql.transaction(
      txn => [
        txn`select current_setting('transaction_isolation') as i`,
        txn`select current_setting('transaction_read_only') as r`,
        txn`select current_setting('transaction_deferrable') as d`,
      ],
      options,
    )
    assert.deepEqual(results, [[{ i: 'serializable' }], [{ r: 'on' }], [{ d: 'on' }]])
  })
  test('a transaction that fails leaves nothing', async () => {
    await sql`create table if not exists http_t (a int primary key)`
    await assert.rejects(
      sql.transaction([sql`insert into http_t values (1)`, sql`insert into http_t values (1)`]),
      error => error.name === 'NeonDbError' && error.code === '23505' && error.table === 'http_t',
    )
    assert.deepEqual(await sql`select * from http_t`, [])
    await sql`drop table http_t`
  })
  test('errors carry the fields of PostgreSQL', async () => {
    await assert.rejects(sql`select nothing`, error => {
      assert.equal(error.name, 'NeonDbError')
      assert.equal(error.code, '42703')
      assert.equal(error.position, '8')
      assert.equal(error.severity, 'ERROR')
      assert.equal(error.detail, undefined)
      return true
    })
  })
  test('a wrong password', async () => {
    const wrong = neon(endpoint().databaseUrl.replace(':ballast@', ':nothing@'))
    await assert.rejects(wrong`select 1`, {
      message: "password authentication failed for user 'ballast'",
    })
  })
  test('a connection string like those of Neon', async () => {
    const { databaseUrl } = endpoint()
    const url = databaseUrl.replace(/@[^/]+/, '@ballast-pooler.us-east-2.aws.neon.tech')
    const remote = neon(`${url}?sslmode=require&channel_binding=require`)
    assert.deepEqual(await remote`select 1 as a`, [{ a: 1 }])
  })
})
