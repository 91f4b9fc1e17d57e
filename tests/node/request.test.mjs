// What goes on the wire, and which option says so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { neon, neonConfig, types } from 'ballast'
import { ONE, URL_OF_TESTS, reply, result, stub } from '../support/wire.mjs'

const sql = neon(URL_OF_TESTS)

test('a query is one POST with three headers', async t => {
  const sent = stub(t, neonConfig)
  assert.deepEqual(await sql`select ${1} as n`, [{ n: 1 }])
  assert.equal(sent.length, 1)
  const [{ url, init }] = sent
  assert.equal(url, 'https://api.us-east-2.aws.neon.tech/sql')
  assert.deepEqual(init, {
    method: 'POST',
    body: '{"query":"select $1 as n","params":["1"]}',
    headers: {
      'Neon-Connection-String': URL_OF_TESTS,
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
    },
    redirect: 'manual',
  })
})

test('nothing is sent until a query is awaited, and then once', async t => {
  const sent = stub(t, neonConfig)
  const query = sql`select 1 as n`
  await new Promise(resolve => setTimeout(resolve, 5))
  assert.equal(sent.length, 0)
  const [first, second] = await Promise.all([query, query])
  const third = await query.finally(() => {}).then(rows => rows)
  assert.equal(await query.catch(() => null), first)
  assert.equal(first, second)
  assert.equal(first, third)
  assert.equal(sent.length, 1)
})

test('a failed query is sent once too', async t => {
  const sent = stub(t, neonConfig, () => reply('', { status: 400 }))
  const query = sql`select 1`
  await assert.rejects(query)
  await assert.rejects(query)
  await assert.rejects(query.finally(() => {}))
  assert.equal(sent.length, 1)
})

test('a query that nobody awaits is no unhandled rejection', async t => {
  stub(t, neonConfig, () => { throw new Error('nobody asked') })
  sql`select 1`
  sql.query('select 1')
})

test('a transaction is one POST of all its queries', async t => {
  const sent = stub(t, neonConfig)
  const rows = await sql.transaction([sql`select ${1}`, sql.query('select $1', ['a'])])
  assert.deepEqual(rows, [[{ n: 1 }], [{ n: 1 }]])
  assert.equal(sent.length, 1)
  assert.deepEqual(sent[0].body, {
    queries: [{ query: 'select $1', params: ['1'] }, { query: 'select $1', params: ['a'] }],
  })
  assert.deepEqual(Object.keys(sent[0].headers), [
    'Neon-Connection-String', 'Neon-Raw-Text-Output', 'Neon-Array-Mode',
  ])
})

test('a transaction may be a function, and says how it runs', async t => {
  const sent = stub(t, neonConfig)
  const queries = txn => [txn`select 1`, txn.query('select 2'), sql`select ${txn.unsafe('3')}`]
  await sql.transaction(queries, {
    isolationLevel: 'RepeatableRead', readOnly: true, deferrable: false,
  })
  assert.equal(sent[0].body.queries[2].query, 'select 3')
  assert.equal(sent[0].headers['Neon-Batch-Isolation-Level'], 'RepeatableRead')
  assert.equal(sent[0].headers['Neon-Batch-Read-Only'], 'true')
  assert.equal(sent[0].headers['Neon-Batch-Deferrable'], 'false')
})

test('how transactions run may be said to neon(); single queries do not carry it', async t => {
  const sent = stub(t, neonConfig)
  const strict = neon(URL_OF_TESTS, { isolationLevel: 'Serializable', readOnly: true })
  await strict.transaction([strict`select 1`], { readOnly: false })
  await strict`select 1`
  assert.equal(sent[0].headers['Neon-Batch-Isolation-Level'], 'Serializable')
  assert.equal(sent[0].headers['Neon-Batch-Read-Only'], 'false')
  assert.equal(sent[1].headers['Neon-Batch-Isolation-Level'], undefined)
})

test('an empty transaction is sent, and is empty', async t => {
  stub(t, neonConfig)
  assert.deepEqual(await sql.transaction([]), [])
})

test('a transaction takes queries and nothing else', async t => {
  const sent = stub(t, neonConfig)
  for (const wrong of [
    'select 1', undefined, sql`select 1`, [sql`select 1`, 'select 2'], [Promise.resolve([])],
    [{ queryData: { query: 'select 1', params: [] } }], async txn => [txn`select 1`],
  ]) {
    await assert.rejects(sql.transaction(wrong), /takes an array of queries/)
  }
  assert.equal(sent.length, 0)
})

test('the result may be arrays, whole, or both', async t => {
  stub(t, neonConfig)
  const text = 'select 1 as n'
  assert.deepEqual(await sql.query(text, [], { arrayMode: true }), [[1]])
  const full = await sql.query(text, [], { fullResults: true })
  assert.deepEqual(
    { ...full, _parsers: full._parsers.map(parser => parser('5')), _types: full._types === types },
    {
      fields: ONE.fields, rows: [{ n: 1 }], command: 'SELECT', rowCount: 1, rowAsArray: false,
      viaNeonFetch: true, _parsers: [5], _types: true,
    })
  const both = await neon(URL_OF_TESTS, { arrayMode: true, fullResults: true })`select 1 as n`
  assert.deepEqual(both.rows, [[1]])
  assert.equal(both.rowAsArray, true)
})

test('a query says more than its transaction, and that more than neon()', async t => {
  stub(t, neonConfig)
  const arrays = neon(URL_OF_TESTS, { arrayMode: true })
  assert.deepEqual(await arrays`select 1 as n`, [[1]])
  assert.deepEqual(await arrays.query('select 1 as n', [], { arrayMode: false }), [{ n: 1 }])
  assert.deepEqual(await arrays.query('select 1 as n', [], { arrayMode: undefined }), [[1]])
  assert.deepEqual(
    await arrays.transaction([
      arrays`select 1 as n`,
      arrays.query('select 1 as n', [], { arrayMode: true }),
    ], { arrayMode: false }),
    [[{ n: 1 }], [[1]]])
  assert.deepEqual(await arrays.query('select 1 as n', [], { rowMode: 'object' }), [{ n: 1 }])
})

test('sql.query may be taken off its object', async t => {
  stub(t, neonConfig)
  const { query, unsafe, transaction } = sql
  assert.deepEqual(await query('select 1 as n'), [{ n: 1 }])
  assert.deepEqual(await transaction([sql`select ${unsafe('1')}`]), [[{ n: 1 }]])
})

test('headers of the caller are added to ours, in whatever form they come', async t => {
  const sent = stub(t, neonConfig)
  const own = neon(URL_OF_TESTS, { fetchOptions: { headers: { 'x-one': '1' }, priority: 'low' } })
  for (const headers of [{ 'X-Two': '2' }, [['x-two', '2']], new Headers({ 'x-two': '2' })]) {
    await own.query('select 1', [], { fetchOptions: { headers, priority: 'high' } })
    const last = sent.at(-1)
    assert.equal(last.init.priority, 'high')
    assert.deepEqual(last.headers, {
      'Neon-Connection-String': URL_OF_TESTS,
      'Neon-Raw-Text-Output': 'true',
      'Neon-Array-Mode': 'true',
      'x-one': '1',
      'x-two': '2',
    })
  }
  await own.query('select 1', [], { fetchOptions: { headers: { 'NEON-ARRAY-MODE': 'false' } } })
  assert.equal(sent.at(-1).headers['neon-array-mode'], 'false')
  assert.equal('Neon-Array-Mode' in sent.at(-1).headers, false)
})

test('a token goes to the host for tokens, from any level', async t => {
  const sent = stub(t, neonConfig)
  await sql.query('select 1', [], { authToken: 'a' })
  await sql.transaction([sql`select 1`], { authToken: () => 'b' })
  await neon(URL_OF_TESTS, { authToken: async () => 'c' })`select 1`
  await sql.query('select 1', [], { authToken: undefined })
  assert.deepEqual(sent.map(({ headers }) => headers.Authorization),
    ['Bearer a', 'Bearer b', 'Bearer c', undefined])
  assert.deepEqual(sent.map(({ url }) => new URL(url).host.split('.')[0]),
    ['apiauth', 'apiauth', 'apiauth', 'api'])
})

test('parts of the connection may be given one by one, as values or functions', async t => {
  const sent = stub(t, neonConfig)
  let asked = 0
  const parts = neon({
    username: 'ada', password: async () => `pass ${++asked}`, hostname: 'ep-x.eu.neon.tech',
    port: () => 5433, database: 'main',
  })
  await parts`select 1`
  await parts`select 1`
  await parts.query('select 1', [], { host: 'ep-y.us.neon.tech', user: 'eve' })
  await neon(URL_OF_TESTS, { password: 'other' })`select 1`
  assert.deepEqual(sent.map(({ headers }) => headers['Neon-Connection-String']), [
    'postgresql://ada:pass%201@ep-x.eu.neon.tech:5433/main',
    'postgresql://ada:pass%202@ep-x.eu.neon.tech:5433/main',
    'postgresql://eve:pass%203@ep-y.us.neon.tech:5433/main',
    'postgresql://user:other@ep-test-1.us-east-2.aws.neon.tech/main',
  ])
  assert.equal(sent[0].url, 'https://api.eu.neon.tech/sql')
})

test('neonConfig.fetchEndpoint may be a function or a string', async t => {
  const sent = stub(t, neonConfig)
  const usual = neonConfig.fetchEndpoint
  t.after(() => { neonConfig.fetchEndpoint = usual })
  const calls = []
  neonConfig.fetchEndpoint = (...all) => {
    calls.push(all)
    return 'http://127.0.0.1:1/a'
  }
  await sql`select 1`
  await neon(URL_OF_TESTS, { port: 5433 }).query('select 1', [], { authToken: 't' })
  neonConfig.fetchEndpoint = 'http://127.0.0.1:1/b'
  await sql`select 1`
  neonConfig.fetchEndpoint = (...all) => usual(...all)
  await sql`select 1`
  assert.deepEqual(calls, [
    ['ep-test-1.us-east-2.aws.neon.tech', '', { jwtAuth: false }],
    ['ep-test-1.us-east-2.aws.neon.tech', '5433', { jwtAuth: true }],
  ])
  assert.deepEqual(sent.map(({ url }) => url), [
    'http://127.0.0.1:1/a', 'http://127.0.0.1:1/a', 'http://127.0.0.1:1/b',
    'https://api.us-east-2.aws.neon.tech/sql',
  ])
})

test('every setting of the official neonConfig is there', async () => {
  const official = await import('@neondatabase/serverless')
  for (const name of Object.keys(official.neonConfig.defaults)) {
    assert.ok(name in neonConfig, name)
  }
})

test('every export of the official driver that an HTTP project imports is there', async () => {
  const [official, ours] = await Promise.all([
    import('@neondatabase/serverless'), import('ballast'),
  ])
  const without = ['_bundleExt', 'defaults', 'parseIntoClientConfig']
  for (const name of Object.keys(official)) {
    assert.equal(name in ours, !without.includes(name), name)
  }
  assert.deepEqual({ ...types.builtins }, { ...official.types.builtins })
  assert.deepEqual([...ours.errorFields], [...official.errorFields])
})

test('Pool and Client are there, and say that they are not', async () => {
  const { Client, Pool } = await import('ballast')
  assert.throws(() => new Pool({ connectionString: URL_OF_TESTS }), /no Pool yet/)
  assert.throws(() => new Client(), /no Client yet/)
})

test('parsers work from every level, and only where they are set', async t => {
  stub(t, neonConfig, () => reply(result([['n', 23], ['s', 25]], [['1', 'a']])))
  const custom = {
    getTypeParser: oid => oid === 23 ? text => 'n' + text : types.getTypeParser(oid),
  }
  const own = neon(URL_OF_TESTS, { types: custom })
  assert.deepEqual(await own`select`, [{ n: 'n1', s: 'a' }])
  assert.deepEqual(await sql.query('select', [], { types: custom }), [{ n: 'n1', s: 'a' }])
  assert.deepEqual(await sql`select`, [{ n: 1, s: 'a' }])
})

test('parsers for all queries are set on types, before or after neon()', async t => {
  stub(t, neonConfig)
  const usual = types.getTypeParser(23)
  t.after(() => types.setTypeParser(23, usual))
  types.setTypeParser(types.builtins.INT4, text => `<${text}>`)
  assert.deepEqual(await sql`select 1 as n`, [{ n: '<1>' }])
  assert.equal(types.getTypeParser(23)('1'), '<1>')
  types.setTypeParser(23, 'text', usual)
  assert.deepEqual(await sql`select 1 as n`, [{ n: 1 }])
})

test('a parser for a transaction serves its queries', async t => {
  stub(t, neonConfig)
  const custom = { getTypeParser: () => text => `<${text}>` }
  assert.deepEqual(await sql.transaction([sql`select 1 as n`], { types: custom }), [[{ n: '<1>' }]])
})

test('what a parser throws is passed on as it is', async t => {
  const sent = stub(t, neonConfig)
  const mine = new Error('cannot read this')
  const custom = { getTypeParser: () => () => { throw mine } }
  await assert.rejects(sql.query('select 1', [], { types: custom, idempotent: true }), mine)
  assert.equal(sent.length, 1)
})
