// The endpoint over a run that plays a part: who may come in, what they are told, and when.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importInternal } from '../support/internal.mjs'
import { smallBundle, summary } from '../support/runner.mjs'

const { endpointOver, MigrationError } =
  await importInternal('migrate/endpoint.ts', 'migrate/error.ts')

const env = {
  URL: 'postgresql://owner:marker-password@db.test/main',
  NAME: 'staging',
  STATUS: 'marker-status-token',
  APPLY: 'marker-apply-token',
  UNDO: 'marker-undo-token',
}

const usual = {
  url: env => env.URL,
  environment: env => env.NAME,
  tokens: { status: env => env.STATUS, apply: env => env.APPLY, undo: env => env.UNDO },
}

/** An endpoint with what it ran, and a function that asks it. */
function endpoint({ run = async () => summary(), settings = {}, bindings = {} } = {}) {
  const runs = []
  const waiting = []
  const handler = endpointOver(async (bundle, options) => {
    runs.push(options)
    return run(options, bundle)
  }, smallBundle, { ...usual, ...settings })
  const ask = async (init = {}) => {
    const { token = env.APPLY, path = '/', headers = {}, json, ...rest } = init
    const request = new Request(`http://worker.test${path}`, {
      ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
      ...rest,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    })
    const ctx = { waitUntil: work => waiting.push(work) }
    const response = await handler(request, { ...env, ...bindings }, ctx)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.equal(response.headers.get('etag'), null)
    return response
  }
  /** The refusal that a request meets, before anything was run. */
  const refusal = async init => {
    const response = await ask(init)
    const text = await response.text()
    assert.doesNotMatch(text, /marker/)
    assert.deepEqual(runs, [], 'nothing was run')
    return [response.status, JSON.parse(text).error.code, response.headers]
  }
  return { ask, refusal, runs, waiting }
}

const apply = { action: 'apply', environment: 'staging' }
const undo = { action: 'undo', environment: 'staging', to: 'x' }
const status = { action: 'status', environment: 'staging' }
const plan = { action: 'plan', environment: 'staging' }
const asJson = { accept: 'application/json' }

test('other methods are 405', async () => {
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
    const response = await endpoint().ask({ method })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'GET, POST')
  }
})

test('no token, a wrong one, an empty one, another scheme: 401', async () => {
  const { refusal } = endpoint()
  for (const authorization of [
    '', 'Bearer', 'Bearer ', 'Bearer  ', 'Bearer wrong', 'Basic marker-apply-token',
    'marker-apply-token', 'Bearer marker-apply-token x', 'Bearer undefined', 'Bearer null',
    `Bearer ${env.URL}`, 'Bearer MARKER-APPLY-TOKEN', 'Bearer marker-apply-toke',
  ]) {
    for (const json of [apply, status, plan, undo, {}, []]) {
      const init = { token: null, json, headers: { authorization } }
      const [status, code, headers] = await refusal(init)
      assert.deepEqual([status, code], [401, 'BM301'], authorization)
      assert.equal(headers.get('www-authenticate'), 'Bearer')
    }
  }
  assert.deepEqual((await refusal({ token: null })).slice(0, 2), [401, 'BM301'])
})

test('a token that is unset or empty lets nobody in', async () => {
  for (const value of ['', undefined, null]) {
    const { refusal } = endpoint({ bindings: { STATUS: value, APPLY: value, UNDO: value } })
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Bearer undefined', 'Bearer null']) {
      const [status] = await refusal({ token: null, json: apply, headers: { authorization } })
      assert.equal(status, 401)
    }
  }
})

test('each token opens what it is for', async () => {
  const { STATUS, APPLY, UNDO } = env
  for (const [token, json, expected] of [
    [STATUS, status, 200], [STATUS, plan, 200], [STATUS, apply, 403], [STATUS, undo, 403],
    [APPLY, status, 200], [APPLY, plan, 200], [APPLY, apply, 200], [APPLY, undo, 403],
    [UNDO, status, 200], [UNDO, plan, 200], [UNDO, apply, 403], [UNDO, undo, 200],
  ]) {
    const { ask, runs } = endpoint()
    const response = await ask({ token, json, headers: asJson })
    assert.equal(response.status, expected, `${token} ${json.action}`)
    const body = await response.json()
    if (expected === 403) assert.equal(body.error.code, 'BM301')
    assert.deepEqual(runs.map(({ action }) => action), expected === 200 ? [json.action] : [])
  }
})

test('undo is off unless its token is set', async () => {
  for (const setup of [
    { settings: { tokens: { apply: env => env.APPLY } } },
    { bindings: { UNDO: '' } },
    { bindings: { UNDO: undefined } },
  ]) {
    const { refusal } = endpoint(setup)
    assert.deepEqual((await refusal({ json: undo })).slice(0, 2), [404, 'BM302'])
  }
})

test('the environment has to be named, and to be this one', async () => {
  for (const [environment, name] of [
    [undefined, 'staging'], ['production', 'staging'], ['Staging', 'staging'],
    ['staging', ''], ['staging', undefined], ['undefined', undefined],
  ]) {
    for (const json of [apply, plan]) {
      const { refusal } = endpoint({ bindings: { NAME: name } })
      const sent = { ...json, environment }
      assert.deepEqual((await refusal({ json: sent })).slice(0, 2), [409, 'BM303'])
    }
  }
})

test('another bundle than the expected one is 409 before anything is run', async () => {
  const { refusal, ask } = endpoint()
  const json = { ...apply, bundle: 'f'.repeat(64) }
  assert.deepEqual((await refusal({ json })).slice(0, 2), [409, 'BM002'])
  const right = await ask({ json: { ...apply, bundle: smallBundle.hash } })
  assert.equal(right.status, 200)
})

for (const [what, init, wanted = 400] of [
  ['no JSON', { method: 'POST', body: '{"action":' }],
  ['no body', { method: 'POST' }],
  ['a list', { json: [] }],
  ['null', { json: null }],
  ['a text', { json: 'apply' }],
  ['no action', { json: { environment: 'staging' } }],
  ['an action that is not known', { json: { ...apply, action: 'baseline' } }],
  ['an action of the prototype', { json: { ...apply, action: 'constructor' } }],
  ['a member that is not known', { json: { ...apply, marker: 1 } }],
  ['another claim', { json: { ...apply, claimEnvironment: true } }],
  ['a flag that is a text', { json: { ...apply, allowDataLoss: 'marker' } }],
  ['an order that is none', { json: { ...apply, order: 'marker' } }],
  ['a tag that is none', { json: { ...apply, expect: 7 } }],
  ['a large body', { method: 'POST', body: JSON.stringify({ marker: 'x'.repeat(70_000) }) }, 413],
]) {
  test(`${wanted}: ${what}`, async () => {
    const { refusal } = endpoint()
    assert.deepEqual((await refusal(init)).slice(0, 2), [wanted, 'BM304'])
  })
}

test('a body without a length is not read further than the limit', async () => {
  let pulled = 0
  const body = new ReadableStream({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(16 * 1024).fill(32))
    },
  })
  const { refusal } = endpoint()
  assert.equal((await refusal({ method: 'POST', body, duplex: 'half' }))[0], 413)
  assert.ok(pulled < 10, `${pulled} chunks`)
})

test('the limit is asked about wrong tokens only, by action and address', async () => {
  const keys = []
  let success = true
  const rateLimit = () => ({
    limit: async ({ key }) => {
      keys.push(key)
      return { success }
    },
  })
  const { ask } = endpoint({ settings: { rateLimit } })
  const headers = { 'cf-connecting-ip': '192.0.2.7' }
  await (await ask({ json: apply, headers })).text()
  assert.deepEqual(keys, [])
  const other = endpoint({ settings: { rateLimit } })
  assert.equal((await other.refusal({ token: 'wrong', json: apply, headers }))[0], 401)
  assert.equal((await other.refusal({ token: 'wrong', headers }))[0], 401)
  assert.equal((await other.refusal({ token: 'wrong', json: { action: 'marker' } }))[0], 401)
  assert.deepEqual(keys, ['apply:192.0.2.7', 'status:192.0.2.7', 'none:unknown'])
  success = false
  const [status, code] = await other.refusal({ token: 'wrong', json: apply, headers })
  assert.deepEqual([status, code], [429, 'BM305'])
})

test('a limit that cannot be asked lets nobody in', async () => {
  const rateLimit = () => ({ limit: async () => { throw new Error('marker') } })
  const { refusal } = endpoint({ settings: { rateLimit } })
  assert.equal((await refusal({ token: 'wrong', json: apply }))[0], 401)
})

test('a run gets what the caller and the settings say', async () => {
  const limits = { requests: 9, ms: 8, holdMs: 7 }
  const settings = { version: () => 'v42', order: 'linear', limits }
  const { ask, runs } = endpoint({ settings })
  const json = {
    ...apply, expect: 'e', to: 't', allowDataLoss: true, allowMissing: false, order: 'non-linear',
  }
  await (await ask({ json, headers: asJson })).text()
  const [{ onEvent, ...options }] = runs
  assert.equal(typeof onEvent, 'function')
  assert.deepEqual(options, {
    url: env.URL, action: 'apply', environment: 'staging', expect: 'e', to: 't', undo: undefined,
    allowDataLoss: true, allowMissing: false, order: 'linear', holdMs: 7, actor: 'endpoint',
    application: 'v42', maxRequests: 9, maxMs: 8,
  })
})

test('the limits are those of a free plan unless said', async () => {
  const { ask, runs } = endpoint()
  await (await ask({ json: apply })).text()
  const { maxRequests, maxMs, holdMs } = runs[0]
  assert.deepEqual([maxRequests, maxMs, holdMs], [45, 25_000, 20_000])
})

test('GET gives the status as it is, and asks what is expected', async () => {
  const { ask, runs } = endpoint({ run: async () => ({ journal: true, applied: [] }) })
  const response = await ask({ token: env.STATUS, path: '/?expect=0001_x' })
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.deepEqual(await response.json(), { journal: true, applied: [] })
  assert.deepEqual([runs[0].action, runs[0].expect], ['status', '0001_x'])
})

test('events come as they happen, the first byte at once, how it ended last', async () => {
  let go
  const gate = new Promise(resolve => { go = resolve })
  const { ask, waiting } = endpoint({
    run: async ({ onEvent }) => {
      onEvent({ event: 'applying', tags: ['a'] })
      await gate
      onEvent({ event: 'applied', tag: 'a', segment: 0, segments: 1, ms: 1 })
      return summary({ applied: ['a'] })
    },
  })
  const response = await ask({ json: apply })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
  const reader = response.body.getReader()
  const read = async () => new TextDecoder().decode((await reader.read()).value)
  assert.equal(await read(), '\n')
  assert.deepEqual(JSON.parse(await read()), { event: 'applying', tags: ['a'] })
  go()
  assert.equal(JSON.parse(await read()).event, 'applied')
  assert.deepEqual(JSON.parse(await read()), { event: 'done', ...summary({ applied: ['a'] }) })
  assert.equal((await reader.read()).done, true)
  assert.equal(waiting.length, 1)
})

test('a run goes on when its caller goes away', async () => {
  let ended = false
  const { ask, waiting } = endpoint({
    run: async ({ onEvent }) => {
      for (let n = 0; n < 50; n++) {
        onEvent({ event: 'applying', tags: [String(n)] })
        await new Promise(resolve => setTimeout(resolve, 1))
      }
      ended = true
      return summary()
    },
  })
  const response = await ask({ json: apply })
  await response.body.cancel()
  await Promise.all(waiting)
  assert.equal(ended, true)
})

const problem = {
  code: '23505', message: 'duplicate key', fate: 'answered', tag: 'a', file: 'a.sql', line: 2,
  constraint: 'users_key', statement: "create role x password 'marker-in-sql'",
  detail: 'Key (email)=(marker) already exists.', internalQuery: 'select marker',
  where: 'SQL statement "marker"', applied: [], pending: ['a'], requests: 1,
}
const hidden = ['statement', 'detail', 'internalQuery', 'where']

test('a failure does not quote statements and values, unless details are wanted', async () => {
  for (const details of [false, true]) {
    const setup = { run: async () => { throw new MigrationError(problem) }, settings: { details } }
    const streamed = await (await endpoint(setup).ask({ json: apply })).text()
    const whole = await endpoint(setup).ask({ json: apply, headers: asJson })
    assert.equal(whole.status, 422)
    const last = JSON.parse(streamed.trim().split('\n').at(-1))
    const { error } = await whole.json()
    assert.deepEqual(last, { event: 'error', ...error })
    for (const name of hidden) assert.equal(name in error, details)
    assert.deepEqual([error.code, error.constraint, error.line], ['23505', 'users_key', 2])
    if (!details) assert.doesNotMatch(streamed, /marker/)
  }
})

test('a plan does not quote statements, unless details are wanted', async () => {
  const run = async () => ({
    requests: [
      { tags: ['a'], kind: 'transaction', statements: [{ tag: 'a', line: 1, sql: 'marker' }] },
    ],
    pending: ['a'],
    loses: [],
  })
  for (const details of [false, true]) {
    const { ask } = endpoint({ run, settings: { details } })
    const { done } = await (await ask({ json: plan, headers: asJson })).json()
    const sql = details ? { sql: 'marker' } : {}
    assert.deepEqual(done.requests[0].statements, [{ tag: 'a', line: 1, ...sql }])
  }
})

for (const [code, message, status, shown] of [
  ['BM001', 'x', 500, 'x'],
  ['BM004', 'x', 409, 'x'],
  ['BM010', 'x', 409, 'x'],
  ['BM015', 'x', 500, 'x'],
  ['BM016', 'x', 404, 'x'],
  ['42601', 'syntax error', 422, 'syntax error'],
  ['BH002', 'the request could not be sent: connect to postgresql://u:marker@h/d', 502,
    'the request could not be sent'],
  ['BH001', 'it went to https://marker.test/ and back', 502, 'it went to ... and back'],
  ['BN004', 'the connection string cannot be read: marker', 500,
    'the connection string cannot be read'],
  ['BA001', 'x', 500, 'x'],
]) {
  test(`${code} is ${status}`, async () => {
    const run = async () => {
      throw new MigrationError({ code, message, fate: 'unknown', applied: [], pending: [],
        requests: 0 })
    }
    const response = await endpoint({ run }).ask({ json: apply, headers: asJson })
    const { error } = await response.json()
    assert.deepEqual([response.status, error.code, error.message], [status, code, shown])
  })
}

test('what is no error of ours says nothing', async () => {
  const run = async () => { throw new Error('marker') }
  const response = await endpoint({ run }).ask({ json: apply, headers: asJson })
  assert.equal(response.status, 500)
  assert.doesNotMatch(await response.text(), /marker/)
})

test('without a connection string nothing is run', async () => {
  const { refusal } = endpoint({ bindings: { URL: '' } })
  assert.deepEqual((await refusal({ json: apply })).slice(0, 2), [500, 'BN001'])
})
