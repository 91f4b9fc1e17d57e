// Every failure ends in one BallastError, on time, with nothing secret in it.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { BallastError, NeonDbError, neon, neonConfig } from 'ballast'
import { ONE, URL_OF_TESTS, refusal, reply, stub } from '../support/wire.mjs'

const sql = neon(URL_OF_TESTS, { retry: { baseMs: 1, maxMs: 2 } })

/** The error of a query, which must be ours and must keep the secrets. */
async function failureOf(query) {
  const error = await query.then(
    rows => assert.fail(`no failure: ${JSON.stringify(rows)}`), error => error)
  assert.ok(error instanceof BallastError, inspect(error))
  assert.ok(!inspect(error, { depth: 9 }).includes('secret'), 'no secret in the error')
  assert.match(error.code, /^[0-9A-Z]{5}$/)
  return error
}

/** A server on a free port that answers as `listener` does. */
async function serve(t, listener) {
  const server = createServer(listener)
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise(resolve => server.close(resolve).closeAllConnections()))
  return neon(`postgresql://user:secret@127.0.0.1:${server.address().port}/main`, {
    retry: { baseMs: 1, maxMs: 2 },
  })
}

test('an error of PostgreSQL keeps its fields', async t => {
  stub(t, neonConfig, () => refusal({
    message: 'column "x" does not exist', code: '42703', severity: 'ERROR', position: '8',
    hint: 'Perhaps', file: 'parse_relation.c', line: '3716', routine: 'errorMissingColumn',
  }))
  const error = await failureOf(sql`select x`)
  assert.ok(error instanceof NeonDbError)
  assert.equal(error.message, 'column "x" does not exist')
  assert.deepEqual({ ...error }, {
    code: '42703', severity: 'ERROR', position: '8', hint: 'Perhaps', file: 'parse_relation.c',
    line: '3716', routine: 'errorMissingColumn', status: 400, requestId: 'request-1',
    fate: 'answered', attempts: 1,
  })
  assert.equal(error.sourceError, undefined)
  assert.equal(error.name, 'BallastError')
})

test('a transaction fails as a query does', async t => {
  stub(t, neonConfig, () => refusal({ message: 'no', code: '23505', constraint: 'users_pkey' }))
  const error = await failureOf(sql.transaction([sql`select 1`]))
  assert.equal(error.constraint, 'users_pkey')
})

const WRONG_PASSWORD = `{"message":"password authentication failed for user 'u'","code":""}`

for (const [name, status, body, code] of [
  ['400 of wrong credentials', 400, WRONG_PASSWORD, 'BH008'],
  ['400 without JSON', 400, 'nonsense', 'BH009'],
  ['413', 413, '{"message":"request is too large (max is 1 bytes)","code":""}', 'BH006'],
  ['500', 500, '{"message":"Control plane request failed","code":""}', 'BH010'],
  ['507', 507, '{"message":"response is too large (max is 1 bytes)","code":""}', 'BH007'],
  ['502 with HTML', 502, '<html><body>Bad Gateway</body></html>', 'BH001'],
  ['an empty body', 200, '', 'BC001'],
  ['truncated JSON', 200, JSON.stringify(ONE).slice(0, -20), 'BC002'],
  ['a wrong shape', 200, '{"hello":"world"}', 'BC004'],
  ['rows without fields', 200, '{"fields":[],"rows":[["1"]],"command":"SELECT"}', 'BC005'],
  ['fewer cells than fields', 200, JSON.stringify({ ...ONE, rows: [[]] }), 'BC005'],
  ['null', 200, 'null', 'BC003'],
  ['deep nesting', 200, '['.repeat(100_000), 'BC003'],
  ['deep nesting in the description', 200, `{"fields":${'['.repeat(100_000)}`, 'BC007'],
]) {
  test(`${name} is one BallastError with its status and request id`, async t => {
    stub(t, neonConfig, () => reply(body, { status }))
    const error = await failureOf(sql`select 1`)
    assert.deepEqual([error.status, error.code], [status, code])
    assert.equal(error.requestId, 'request-1')
  })
}

test('invalid UTF-8 is an error and never a trap', async t => {
  const body = Buffer.from(JSON.stringify(ONE).replace('"1"', '"\xff"'), 'latin1')
  stub(t, neonConfig, () => new Response(body))
  assert.equal((await failureOf(sql.query('select 1', [], {}))).code, 'BC006')
})

test('a redirect is not followed', async t => {
  let requests = 0
  const moved = await serve(t, (_, response) => {
    requests++
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  await failureOf(moved`select 1`)
  assert.ok(requests <= 3)
})

test('a connection that is refused was not answered and never ran', async () => {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  const error = await failureOf(neon(`postgresql://user:secret@127.0.0.1:${port}/main`, {
    retry: { attempts: 2, baseMs: 1 },
  })`select 1`)
  assert.equal(error.fate, 'refused')
  assert.equal(error.attempts, 2)
  assert.ok(error.cause instanceof Error)
  assert.equal(error.sourceError, error.cause)
})

test('nothing is sent to a port that fetch itself refuses', async () => {
  const error = await failureOf(neon('postgresql://user:secret@127.0.0.1:6000/main', {
    retry: { attempts: 1 },
  })`select 1`)
  assert.match(error.message, /bad port/)
  assert.equal(error.fate, 'refused')
})

test('a reset before the answer is unknown, and final', async t => {
  let requests = 0
  const cut = await serve(t, request => {
    requests++
    request.socket.destroy()
  })
  const error = await failureOf(cut`insert into t values (1)`)
  assert.equal(error.fate, 'unknown')
  assert.equal(requests, 1)
})

test('a reset is tried again where that does no harm', async t => {
  let requests = 0
  const cut = await serve(t, (request, response) => {
    request.resume()
    if (++requests % 2 === 1) return request.socket.destroy()
    const isBatch = requests > 2
    response.end(JSON.stringify(isBatch ? { results: [ONE] } : ONE))
  })
  assert.deepEqual(await cut.query('select 1 as n', [], { idempotent: true }), [{ n: 1 }])
  assert.deepEqual(await cut.transaction([cut`select 1`], { readOnly: true }), [[{ n: 1 }]])
  assert.equal(requests, 4)
})

test('a reset within the body is one error', async t => {
  const cut = await serve(t, (request, response) => {
    response.writeHead(200, { 'content-length': '1000', 'neon-request-id': 'r' })
    response.write(JSON.stringify(ONE).slice(0, 40), () => request.socket.destroy())
  })
  const error = await failureOf(cut`select 1`)
  assert.equal(error.status, 200)
  assert.equal(error.requestId, 'r')
})

test('listed SQLSTATEs are tried again, and retry: false tries nothing again', async t => {
  const conflict = () => refusal({ code: '40001', message: 'could not serialize access' })
  let sent = stub(t, neonConfig, (_, n) => n < 3 ? conflict() : reply(ONE))
  const retry = { codes: ['40001'], baseMs: 1 }
  assert.deepEqual(await sql.query('select', [], { retry }), [{ n: 1 }])
  assert.equal(sent.length, 3)
  sent = stub(t, neonConfig, conflict)
  const error = await failureOf(sql.query('select', [], { retry: false }))
  assert.equal(error.attempts, 1)
  assert.equal(sent.length, 1)
})

test('timeoutMs ends a query that is not answered', async t => {
  const slow = await serve(t, () => {})
  const started = performance.now()
  const error = await failureOf(slow.query('select 1', [], { timeoutMs: 30 }))
  assert.ok(performance.now() - started < 1000)
  assert.equal(error.fate, 'unknown')
})

test('timeoutMs ends a query whose body does not end', async t => {
  const slow = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"fields":[')
  })
  // Long enough for the head to come on a busy machine.
  const error = await failureOf(slow.query('select 1', [], { timeoutMs: 500 }))
  assert.equal(error.status, 200)
})

test('timeoutMs bounds retries too, and a fetch that does not listen', async t => {
  stub(t, neonConfig, () => new Promise(() => {}))
  await failureOf(neon(URL_OF_TESTS, { timeoutMs: 20 })`select 1`)
  await failureOf(sql.transaction([sql`select 1`], { timeoutMs: 20 }))
  const authToken = () => new Promise(() => {})
  await failureOf(sql.query('select 1', [], { timeoutMs: 20, authToken }))
  neonConfig.fetchFunction = async () => {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  }
  const started = performance.now()
  await failureOf(sql.query('select 1', [], {
    timeoutMs: 40, retry: { attempts: 100, baseMs: 60_000, maxMs: 60_000 },
  }))
  assert.ok(performance.now() - started < 5000)
})

test('a timeout leaves no timer and no listener behind', async t => {
  stub(t, neonConfig)
  const { signal } = new AbortController()
  let listeners = 0
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...all) => { listeners++; addEventListener.apply(signal, all) }
  signal.removeEventListener = (...all) => { listeners--; removeEventListener.apply(signal, all) }
  await sql.query('select 1', [], { timeoutMs: 60_000, fetchOptions: { signal } })
  assert.equal(listeners, 0)
})

test('timeoutMs must be a number of milliseconds', async () => {
  assert.throws(() => neon(URL_OF_TESTS, { timeoutMs: NaN }), /timeoutMs/)
  assert.throws(() => neon(URL_OF_TESTS, { timeoutMs: -1 }), /timeoutMs/)
})

test('a signal aborts at any time, with its reason as the cause', async t => {
  const reason = new Error('the user left')
  const sent = stub(t, neonConfig)
  const early = AbortSignal.abort(reason)
  const before = await failureOf(sql.query('select 1', [], { fetchOptions: { signal: early } }))
  assert.equal(before.cause, reason)
  assert.equal(before.fate, 'refused')
  assert.equal(sent.length, 0)

  neonConfig.fetchFunction = undefined
  const slow = await serve(t, (request, response) => {
    if (request.headers['x-body'] === undefined) return
    response.writeHead(200).write('{"fields":[')
  })
  for (const headers of [{}, { 'x-body': '1' }]) {
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 30)
    const { signal } = controller
    const error = await failureOf(slow.query('select 1', [], { fetchOptions: { signal, headers } }))
    assert.equal(error.cause, reason)
    assert.equal(error.fate, 'unknown')
  }
})

test('a message of fetch that quotes a header is withheld', async t => {
  stub(t, neonConfig, ({ headers }) => {
    throw new TypeError(`"${headers['Neon-Connection-String']}" is an invalid header value`)
  })
  const error = await failureOf(sql`select 1`)
  assert.equal(error.cause, undefined)
  neonConfig.fetchFunction = async (_, { headers }) => {
    const cause = new Error(`"${headers.Authorization}" is invalid`)
    throw new TypeError('fetch failed', { cause })
  }
  await failureOf(sql.query('select 1', [], { authToken: 'secret-token' }))
})

test('a token that is none sends nothing, and least of all a request without it', async t => {
  const sent = stub(t, neonConfig)
  for (const authToken of ['', 'two\nlines', () => undefined, async () => null]) {
    await assert.rejects(sql.query('select 1', [], { authToken }), /authToken gave no token/)
  }
  assert.equal(sent.length, 0)
})

test('a connection string that is none rejects when it is used, and is not quoted', async () => {
  for (const wrong of [
    undefined, null, '', 'secret', 'mysql://u:secret@h/db', 'postgresql://h/db',
    'postgresql://u:secret@/db', 'postgresql://u:secret@h',
  ]) {
    const error = await failureOf(neon(wrong)`select 1`)
    assert.match(error.code, /^BN/)
  }
  await failureOf(neon({ user: 'u', password: 'secret' })`select 1`)
})

test('what a function of the caller throws is passed on as it is', async t => {
  const sent = stub(t, neonConfig)
  const mine = new Error('no token today')
  const token = () => { throw mine }
  await assert.rejects(sql.query('select 1', [], { authToken: token }), mine)
  await assert.rejects(neon(URL_OF_TESTS, { password: async () => { throw mine } })`select 1`, mine)
  assert.equal(sent.length, 0)
})

test('a retry policy of fractions and infinities is one all the same', async t => {
  let sent = 0
  stub(t, neonConfig, () => {
    sent++
    return reply('{"message":"Control plane request failed","code":""}', { status: 500 })
  })
  const error = await failureOf(neon(URL_OF_TESTS, {
    retry: { attempts: 2.4, baseMs: 0.7, maxMs: Infinity },
  })`select 1`)
  assert.deepEqual([error.code, error.attempts, sent], ['BH010', 2, 2])
})
