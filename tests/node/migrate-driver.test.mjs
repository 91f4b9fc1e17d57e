// The driver of runs over a runner that plays a script: what is sent, waited for and handed on.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { setTimeout as later } from 'node:timers/promises'
import { inspect } from 'node:util'
import { importInternal } from '../support/internal.mjs'
import { http, scriptedRunner, smallBundle, summary } from '../support/runner.mjs'

const { drive, MigrationError, BallastError, Instance } = await importInternal(
  'migrate/drive.ts', 'migrate/error.ts', 'errors.ts', 'instance.ts')

const url = 'postgresql://user:s3cret-pass@endpoint.test/main'

/** Runs a script with virtual time and a `fetch` that answers `{"ok":true}` unless given. */
async function runScript(play, options = {}) {
  const runner = options.runner ?? scriptedRunner(play)
  const sent = []
  const slept = []
  let clock = 1000
  const { fetch, ...rest } = options
  delete rest.runner
  const answer = fetch ?? (() => new Response('{"ok":true}'))
  const all = {
    url,
    action: 'apply',
    run: 'run-1',
    random: () => 0.1234,
    now: () => clock,
    sleep: async ms => {
      slept.push(ms)
      clock += ms
    },
    fetch: async (to, init) => {
      sent.push({ url: to, init, body: new TextDecoder().decode(init.body) })
      clock += 5
      return answer(sent.length, init, to)
    },
    ...rest,
  }
  const outcome = { runner, sent, slept }
  try {
    outcome.result = await drive(runner, smallBundle, all)
  } catch (error) {
    outcome.error = error
  }
  assert.equal(runner.seen.live, 0, 'every task was stopped')
  if (outcome.error !== undefined) {
    assert.ok(!inspect(outcome.error, { depth: 9 }).includes('s3cret'), 'no secret in the error')
  }
  return outcome
}

test('sends what it is asked for, and tells how it went', async () => {
  let reply
  const { result, sent, runner, error } = await runScript(function* () {
    reply = yield http('{"queries":[]}')
    yield { done: summary({ applied: ['0000_first'], requests: 1 }) }
  }, { actor: 'ada', application: 'v1', maxRequests: 45, order: 'linear', environment: undefined })
  assert.equal(error, undefined)
  assert.deepEqual(result.applied, ['0000_first'])
  assert.deepEqual(sent.map(({ url, body }) => [url, body]),
    [['http://endpoint.test/sql', '{"queries":[]}']])
  const { method, redirect, headers, signal } = sent[0].init
  assert.deepEqual([method, redirect], ['POST', 'manual'])
  assert.ok(signal instanceof AbortSignal)
  assert.deepEqual(headers, {
    'Neon-Connection-String': 'postgresql://user:s3cret-pass@endpoint.test/main',
    'Neon-Raw-Text-Output': 'true',
    'Neon-Array-Mode': 'true',
    'Content-Type': 'application/json',
  })
  assert.deepEqual(reply,
    { reply: { status: 200 }, random: 123, now: 5, body: '{"ok":true}' })
  assert.deepEqual(runner.seen.heads, [
    { connect: { connectionString: url } },
    { migrate: {
      action: 'apply', run: 'run-1', actor: 'ada', application: 'v1', maxRequests: 45,
      order: 'linear', environment: undefined, claimEnvironment: undefined, bundle: undefined,
      expect: undefined, to: undefined, undo: undefined, allowDataLoss: undefined,
      allowMissing: undefined, lockTimeout: undefined, statementTimeout: undefined,
      attempts: undefined, maxMs: undefined, holdMs: undefined, leaseMs: undefined,
    } },
  ])
  assert.deepEqual(runner.seen.events[0], { start: {}, random: 123, now: 0 })
  assert.deepEqual(runner.seen.bundles, [smallBundle])
})

test('names a run that nobody named', async () => {
  const names = []
  for (let time = 0; time < 2; time++) {
    await runScript(options => {
      names.push(options.run)
      return (function* () { yield { done: summary() } })()
    }, { run: undefined })
  }
  for (const name of names) assert.match(name, /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
  assert.notEqual(names[0], names[1])
})

test('an answer other than 200 is the runner\'s to read', async () => {
  let reply
  await runScript(function* () {
    reply = yield http()
    yield { done: summary() }
  }, { fetch: () => new Response('{"code":"42P01"}', { status: 400 }) })
  assert.deepEqual([reply.reply, reply.body], [{ status: 400 }, '{"code":"42P01"}'])
})

test('sleeps as long as it is told, on the clock that was given', async () => {
  let woke
  const { slept } = await runScript(function* () {
    woke = yield { sleep: 250 }
    yield { done: summary() }
  })
  assert.deepEqual(slept, [250])
  assert.deepEqual(woke, { woke: {}, random: 123, now: 250, body: '' })
})

test('hands events on in their order, and a listener that throws stops nothing', async () => {
  const events = [
    { event: 'plan', pending: ['0000_first'], applied: 0, unknown: [] },
    { event: 'applying', tags: ['0000_first'] },
    { event: 'applied', tag: '0000_first', segment: 0, segments: 1, ms: 3 },
  ]
  const heard = []
  const { result } = await runScript(function* () {
    for (const progress of events) yield { progress }
    yield { done: summary() }
  }, {
    onEvent: event => {
      heard.push(event)
      throw new Error('a bad listener')
    },
  })
  assert.deepEqual(heard, events)
  assert.ok(result)
})

test('a problem is a MigrationError with its fields', async () => {
  const problem = {
    code: '42P07', message: 'relation "t" already exists', fate: 'answered', severity: 'ERROR',
    tag: '0000_first', file: '0000_first.sql', line: 3, column: 7, statement: 'create table t ()',
    applied: ['x'], pending: ['0000_first'], requests: 2,
  }
  const { error } = await runScript(function* () { yield { error: problem } })
  assert.ok(error instanceof MigrationError && error instanceof BallastError)
  assert.equal(error.name, 'MigrationError')
  const { message, ...fields } = problem
  assert.equal(error.message, message)
  assert.deepEqual({ ...error }, fields)
  assert.deepEqual(error.problem, problem)
})

test('a connection string that is none is a problem too', async () => {
  const runner = scriptedRunner(function* () {})
  runner.step = () => ({
    head: { error: { code: 'BN001', message: 'no connection string', fate: 'refused' } },
    body: new Uint8Array(0),
  })
  const { error } = await runScript(null, { runner, url: '' })
  assert.ok(error instanceof MigrationError)
  assert.deepEqual([error.code, error.fate, error.applied, error.pending, error.requests],
    ['BN001', 'refused', [], [], 0])
})

for (const [what, failure, why, message] of [
  ['a refused connection', { code: 'ECONNREFUSED' }, 'connect', /fetch failed/],
  ['a connection that was lost', { code: 'ECONNRESET' }, 'reset', /fetch failed/],
  ['a message that quotes the password', { message: `bad header ${url}` }, 'reset', /quotes a/],
]) {
  test(`${what} is "${why}"`, async () => {
    let failed
    await runScript(function* () {
      ({ failed } = yield http())
      yield { done: summary() }
    }, {
      fetch: () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), failure) })
      },
    })
    assert.equal(failed.why, why)
    assert.match(failed.message, message)
    assert.ok(!failed.message.includes('s3cret'))
  })
}

test('a body that breaks off is "reset"', async () => {
  let failed
  await runScript(function* () {
    ({ failed } = yield http())
    yield { done: summary() }
  }, {
    fetch: () => new Response(new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"ro'))
        controller.error(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }))
      },
    })),
  })
  assert.equal(failed.why, 'reset')
})

test('only what does not go alone is timed out', async () => {
  const told = []
  const { sent } = await runScript(function* () {
    told.push(yield http('{}', false))
    told.push(yield http('{}', true))
    yield { done: summary() }
  }, {
    requestTimeoutMs: 20,
    fetch: (ordinal, { signal }) => ordinal === 1
      ? new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
      : later(80).then(() => new Response('{"late":true}')),
  })
  assert.deepEqual(told[0].failed,
    { why: 'timeout', message: 'the request was not answered within 20 ms' })
  assert.equal(told[1].body, '{"late":true}')
  assert.equal(sent.length, 2)
})

test('an abort ends the request that is under way, and the runner has the last word', async () => {
  const controller = new AbortController()
  let failed
  const { error, sent } = await runScript(function* () {
    ({ failed } = yield http())
    yield { error: { code: 'BH005', message: 'aborted', fate: 'unknown', applied: ['x'],
      pending: [], requests: 1 } }
  }, {
    signal: controller.signal,
    fetch: (ordinal, { signal }) => {
      setTimeout(() => controller.abort(new Error('enough')), 10)
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    },
  })
  assert.equal(failed.why, 'abort')
  assert.deepEqual([error.code, error.applied], ['BH005', ['x']])
  assert.equal(sent.length, 1)
})

test('an abort ends a sleep, and nothing is sent after it', async () => {
  const controller = new AbortController()
  let failed
  const { error, sent } = await runScript(function* () {
    yield { sleep: 60_000 }
    const told = yield http()
    failed = told.failed
    yield { error: { code: 'BH005', message: 'aborted', fate: 'refused' } }
  }, {
    signal: controller.signal,
    sleep: () => {
      setTimeout(() => controller.abort(), 5)
      return new Promise(() => {})
    },
  })
  assert.equal(failed.why, 'abort')
  assert.equal(error.code, 'BH005')
  assert.deepEqual(sent, [])
})

test('a runner that goes on asking after an abort is left', async () => {
  const { error, sent } = await runScript(function* () {
    for (;;) yield http()
  }, { signal: AbortSignal.abort() })
  assert.equal(error.code, 'BH005')
  assert.deepEqual(sent, [])
})

test('a trap is BA001, and says what was applied before', async () => {
  const runner = scriptedRunner(function* () {
    yield { progress: { event: 'applied', tag: 'a', segment: 0, segments: 2, ms: 1 } }
    yield { progress: { event: 'applied', tag: 'a', segment: 1, segments: 2, ms: 1 } }
    yield { progress: { event: 'applied', tag: 'b', segment: 0, segments: 2, ms: 1 } }
    yield http()
    runner.isSpent = true
    throw new BallastError({ code: 'BA001', message: 'x', fate: 'unknown', attempts: 1 })
  })
  const { error } = await runScript(null, { runner })
  assert.ok(error instanceof MigrationError)
  assert.deepEqual([error.code, error.fate, error.applied, error.requests],
    ['BA001', 'unknown', ['a'], 1])
})

test('another run\'s trap ends this one before its next call', async () => {
  const runner = scriptedRunner(function* () {
    yield http()
    assert.fail('the instance is not to be called again')
  })
  const { error } = await runScript(null, {
    runner,
    fetch: () => {
      runner.isSpent = true
      return new Response('{}')
    },
  })
  assert.deepEqual([error.code, error.requests], ['BA001', 1])
})

test('a step that means nothing is BA002', async () => {
  const { error } = await runScript(function* () { yield {} })
  assert.equal(error.code, 'BA002')
})

const running = { tag: '0000_first', segment: 1, what: 'CREATE INDEX', phase: 'building index',
  done: 5, total: 10, run: 'run-1', ms: 7 }

test('progress is asked for while a statement runs alone, and only then', async () => {
  const events = []
  let statuses = 0
  const play = function* (options) {
    if (options.action === 'status') {
      statuses++
      assert.equal(options.attempts, 1)
      const { failed } = yield http('{"status":1}')
      if (failed) return yield { error: { code: 'BH003', message: 'lost', fate: 'unknown' } }
      return yield { done: { running: [{ ...running, done: statuses }] } }
    }
    yield http('{"first":1}')
    yield http('{"alone":1}', true)
    yield http('{"last":1}')
    yield { done: summary() }
  }
  const watched = []
  const { sent } = await runScript(play, {
    watchMs: 10,
    sleep: async ms => {
      watched.push(ms)
      await later(ms)
    },
    onEvent: event => events.push(event),
    fetch: async (ordinal, init) => {
      const text = new TextDecoder().decode(init.body)
      // The second look fails, and the third is made all the same.
      if (text.includes('status') && statuses === 2) throw new Error('lost')
      if (text.includes('alone')) while (events.length < 2) await later(5)
      else await later(2)
      return new Response('{}')
    },
  })
  assert.ok(watched.every(ms => ms === 10))
  assert.deepEqual(events.slice(0, 2), [
    { event: 'progress', tag: '0000_first', segment: 1, phase: 'building index', done: 1,
      total: 10 },
    { event: 'progress', tag: '0000_first', segment: 1, phase: 'building index', done: 3,
      total: 10 },
  ])
  await later(50)
  assert.equal(sent.at(0).body, '{"first":1}')
  assert.equal(sent.filter(({ body }) => body.includes('status')).length, statuses)
})

test('nobody listens, or nobody said how often: nothing is asked', async () => {
  for (const options of [{ watchMs: 1 }, { onEvent: () => {} }]) {
    const { sent } = await runScript(function* () {
      yield http('{}', true)
      yield { done: summary() }
    }, { ...options, fetch: () => later(20).then(() => new Response('{}')) })
    assert.equal(sent.length, 1)
  }
})

test('in Node a statement that runs alone outlasts the patience of fetch', async t => {
  const server = createServer(async (request, response) => {
    await later(20)
    response.end('{"late":true}')
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => new Promise(resolve => server.close(resolve).closeAllConnections()))
  const to = `http://127.0.0.1:${server.address().port}/`
  // The first request makes Node set up what sends them all.
  await (await fetch(to)).text()
  const key = Symbol.for('undici.globalDispatcher.1')
  const usual = globalThis[key]
  t.after(() => { globalThis[key] = usual })
  const limits = []
  globalThis[key] = {
    dispatch(options, handler) {
      limits.push([options.headersTimeout, options.bodyTimeout])
      return usual.dispatch(options, handler)
    },
  }
  const told = []
  const runner = scriptedRunner(function* () {
    told.push(yield http('{}', true))
    told.push(yield http('{}', false))
    yield { done: summary() }
  })
  const step = runner.step.bind(runner)
  runner.step = (task, head, body) => {
    const frame = step(task, head, body)
    if (frame.head.done?.connectionString) frame.head = { done: { ...frame.head.done, url: to } }
    return frame
  }
  await drive(runner, smallBundle, { url, action: 'apply' })
  assert.deepEqual(limits, [[0, 0], [undefined, undefined]])
  assert.deepEqual(told.map(({ body }) => body), ['{"late":true}', '{"late":true}'])
})

/** The real module, opened as `ballast/migrate` opens it. */
function openRunner() {
  const file = new URL('../../bindings/client/dist/ballast-migrate.wasm', import.meta.url)
  return new Instance(new WebAssembly.Module(readFileSync(file)), 'ballast-migrate.wasm')
}

test('the real runner tries again after virtual sleeps, and gives up in the end', async () => {
  const runner = openRunner()
  const lives = []
  for (let time = 0; time < 3; time++) {
    let clock = 0
    const slept = []
    const sleep = async ms => {
      slept.push(ms)
      clock += ms
    }
    let sent = 0
    const fetch = async () => {
      sent++
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })
    }
    const error = await drive(runner, smallBundle, {
      url, action: 'apply', attempts: 4, random: () => 0.5, now: () => clock, sleep, fetch,
    }).catch(failure => failure)
    assert.deepEqual([error.code, error.fate, sent, slept.length], ['BH002', 'refused', 4, 3])
    assert.ok(slept.every((ms, n) => n === 0 || ms >= slept[n - 1]), slept.join())
    lives.push(runner.exports.live())
  }
  assert.equal(lives[2], lives[1], 'nothing is left of a run')
})

test('the real runner ends at an abort', async () => {
  const controller = new AbortController()
  const error = await drive(openRunner(), smallBundle, {
    url, action: 'apply', signal: controller.signal,
    fetch: () => {
      controller.abort()
      return new Promise(() => {})
    },
  }).catch(failure => failure)
  assert.ok(error instanceof MigrationError)
  assert.equal(error.code, 'BH005')
})

test('a trap in the real module ends its instance', async () => {
  const runner = openRunner()
  const fetch = async () => {
    assert.throws(() => runner.step(0x7fffffff, '{}', new Uint8Array(0)), { code: 'BA001' })
    return new Response('{}')
  }
  const error = await drive(runner, smallBundle, { url, action: 'status', fetch })
    .catch(failure => failure)
  assert.deepEqual([error.code, runner.isSpent], ['BA001', true])
})
