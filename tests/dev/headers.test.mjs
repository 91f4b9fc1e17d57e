// Request headers: the connection string, who may come in, and the shape of the answer.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { post, startEndpoint } from '../support/endpoint.mjs'

let dev
before(async () => {
  dev = await startEndpoint('pglite', { password: 'p@ss wörd%' })
})
after(() => dev?.close())

const secret = encodeURIComponent('p@ss wörd%')
const good = `postgresql://ballast:${secret}@127.0.0.1/ballast`
const ask = (connection, headers = {}) =>
  post(dev, { query: 'select 1 as n' }, { 'neon-connection-string': connection, ...headers })

async function refuses(connection, message, headers) {
  const reply = await ask(connection, headers)
  assert.equal(reply.status, 400)
  assert.equal(reply.json.message, message)
  assert.equal(reply.json.code, '')
}

describe('connection strings that are accepted', () => {
  for (const connection of [
    good,
    good.replace('postgresql:', 'postgres:'),
    good.replace('127.0.0.1', 'localhost'),
    good.replace('127.0.0.1', '127.0.0.1:5432'),
    good.replace('127.0.0.1', '[::1]'),
    good.replace('127.0.0.1', '192.168.0.7'),
    good.replace('127.0.0.1', 'ballast.us-east-2.aws.neon.tech'),
    good.replace('127.0.0.1', 'BALLAST.us-east-2.aws.neon.tech'),
    good.replace('127.0.0.1', 'ballast-pooler.us-east-2.aws.neon.tech'),
    good.replace('127.0.0.1', 'ballast.localtest.me'),
    good.replace(/ballast$/, 'ball%61st'),
    `${good}/more`,
    good.replace('ballast:', 'b%61llast:'),
    // Parameters of the URL have no effect over HTTP, whatever they say.
    `${good}?sslmode=require&options=-c%20search_path%3Dx&application_name=y&statement_timeout=1`,
  ]) {
    test(connection.replace(secret, '…'), async () => {
      const reply = await ask(connection)
      assert.equal(reply.status, 200, reply.text)
      assert.deepEqual(reply.json.rows, [{ n: 1 }])
    })
  }
})

test('parameters of the URL are dropped', async () => {
  const headers = {
    'neon-connection-string': `${good}?application_name=x&options=-c%20work_mem%3D77MB`,
  }
  const query = "select current_setting('application_name') as a, current_setting('work_mem') as m"
  const reply = await post(dev, { query }, headers)
  assert.deepEqual(reply.json.rows, [{ a: '', m: '4MB' }])
})

describe('connection strings that are refused', () => {
  test('none', async () => {
    const response = await fetch(dev.url, { method: 'POST', body: '{"query":"select 1"}' })
    assert.equal(response.status, 400)
    assert.equal((await response.json()).message, 'invalid header: neon-connection-string')
  })
  test('not ASCII', () =>
    refuses(
      'postgresql://ballast:p\u00e4ss@127.0.0.1/ballast',
      'invalid header: neon-connection-string',
    ))
  test('not a URL', () =>
    refuses('what is this', 'invalid connection string: relative URL without a base'))
  test('a bad port', () =>
    refuses(
      good.replace('127.0.0.1', '127.0.0.1:99999'),
      'invalid connection string: invalid port number',
    ))
  test('no host', () =>
    refuses('postgresql://ballast:x@/ballast', 'invalid connection string: empty host'))
  test('another scheme', () => refuses(good.replace('postgresql:', 'mysql:'), 'incorrect scheme'))
  test('no path', () => refuses(good.replace(/.ballast$/, ''), 'missing database name'))
  test('no user', () => refuses(`postgresql://:${secret}@127.0.0.1/ballast`, 'missing username'))
  test('no password', () =>
    refuses(
      'postgresql://ballast@127.0.0.1/ballast',
      'missing authentication credentials: required password',
    ))
  test('a bearer token, with or without a password', async () => {
    const message = 'missing authentication credentials: required password'
    await refuses(good, message, { authorization: 'Bearer x.y.z' })
    await refuses(good.replace(`:${secret}`, ''), message, { authorization: 'Bearer x.y.z' })
  })
  test('the first fault is the one that is named', async () => {
    await refuses('mysql://127.0.0.1', 'incorrect scheme')
    await refuses('postgresql://127.0.0.1', 'missing database name')
    await refuses('postgresql://127.0.0.1/x', 'missing username')
  })
})

describe('credentials', () => {
  const failed = user => `password authentication failed for user '${user}'`
  test('a wrong password', () => refuses(good.replace(secret, 'wrong'), failed('ballast')))
  test('an unknown user', () =>
    refuses(good.replace('ballast:', 'some%20one:'), failed('some one')))
  test('an unknown endpoint', () =>
    refuses(good.replace('127.0.0.1', 'ep-other.us-east-2.aws.neon.tech'), failed('ballast')))
  test('an endpoint that is only a label', () =>
    refuses(good.replace('127.0.0.1', 'ballast'), failed('ballast')))
  test('an unknown database has the code of PostgreSQL', async () => {
    const reply = await ask(good.replace(/ballast$/, 'other'))
    assert.equal(reply.status, 400)
    assert.equal(reply.json.code, '3D000')
    assert.equal(reply.json.message, 'database "other" does not exist')
  })
  test('no answer holds a password', async () => {
    for (const connection of [good.replace(secret, 'topsecret'), 'mysql://a:topsecret@b/c']) {
      assert.doesNotMatch((await ask(connection)).text, /topsecret/)
    }
  })
})

describe('the shape of the answer', () => {
  const query = "select 1::int as a, null as b, 'x' as c"
  const shapes = {
    neither: [{}, [{ a: 1, b: null, c: 'x' }]],
    raw: [{ 'neon-raw-text-output': 'true' }, [{ a: '1', b: null, c: 'x' }]],
    array: [{ 'neon-array-mode': 'true' }, [[1, null, 'x']]],
    both: [{ 'Neon-Raw-Text-Output': 'true', 'Neon-Array-Mode': 'true' }, [['1', null, 'x']]],
  }
  for (const [name, [headers, rows]] of Object.entries(shapes)) {
    test(`${name}`, async () => {
      const reply = await post(dev, { query }, { 'neon-connection-string': good, ...headers })
      assert.deepEqual(reply.json.rows, rows)
      assert.equal(reply.json.rowAsArray, Array.isArray(rows[0]))
    })
  }
  for (const value of ['True', 'TRUE', '1', 'yes', 'false', '']) {
    test(`"${value}" is not true`, async () => {
      const headers = { 'neon-raw-text-output': value, 'neon-array-mode': value }
      const reply = await post(dev, { query }, { 'neon-connection-string': good, ...headers })
      assert.deepEqual(reply.json.rows, [{ a: 1, b: null, c: 'x' }])
    })
  }
  test('arrayMode in the body goes before the header', async () => {
    const headers = { 'neon-connection-string': good, 'neon-array-mode': 'true' }
    const one = await post(dev, { query: 'select 1 as a', arrayMode: false }, headers)
    assert.deepEqual(one.json.rows, [{ a: 1 }])
    const none = await post(dev, { query: 'select 1 as a', arrayMode: null }, headers)
    assert.deepEqual(none.json.rows, [[1]])
    const queries = [{ query: 'select 1 as a', arrayMode: false }, { query: 'select 2 as a' }]
    const batch = await post(dev, { queries }, headers)
    assert.deepEqual(
      batch.json.results.map(result => result.rows),
      [[{ a: 1 }], [[2]]],
    )
  })
  test('opting in to the pool changes nothing', async () => {
    const reply = await ask(good, { 'neon-pool-opt-in': 'true' })
    assert.equal(reply.status, 200)
  })
})

describe('the isolation level header', () => {
  for (const value of [
    'serializable',
    'SERIALIZABLE',
    'Serializable ready',
    'Read Committed',
    '',
  ]) {
    test(`"${value}" is refused, on a single query too`, async () => {
      await refuses(good, 'invalid isolation level', { 'neon-batch-isolation-level': value })
    })
  }
  test('is read before the body, and after the connection string', async () => {
    const headers = { 'neon-connection-string': good, 'neon-batch-isolation-level': 'x' }
    assert.equal((await post(dev, 'not json', headers)).json.message, 'invalid isolation level')
    const both = await ask('mysql://x', { 'neon-batch-isolation-level': 'x' })
    assert.equal(both.json.message, 'incorrect scheme')
  })
  test('a right one on a single query has no effect and no echo', async () => {
    const headers = { 'neon-batch-isolation-level': 'Serializable', 'neon-batch-read-only': 'true' }
    const reply = await post(
      dev,
      { query: "select current_setting('transaction_isolation') as i" },
      { 'neon-connection-string': good, ...headers },
    )
    assert.deepEqual(reply.json.rows, [{ i: 'read committed' }])
    assert.equal(reply.headers.get('neon-batch-isolation-level'), null)
    assert.equal(reply.headers.get('neon-batch-read-only'), null)
  })
})
