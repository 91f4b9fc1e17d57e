/** The migration endpoint in workerd, with the real runner, over a real PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bundleOf, segment } from '../support/handmade.mjs'
import { rows, startEndpoint } from '../support/endpoint.mjs'
import { startWorker } from '../support/miniflare.mjs'

const tables = Array.from({ length: 5 }, (_, n) => [
  `000${n}_t${n}`,
  [`create table t${n} (id int)`, `insert into ran values (${n})`],
])

const bundles = {
  five: bundleOf(['0000_ran', ['create table ran (n int)']], ...tables),
  slow: bundleOf(
    ['0000_quick', ['create table quick (id int)']],
    ['0001_slow', ['create table slow (id int)', 'select pg_sleep(1.5)']],
  ),
  secret: bundleOf(
    ['0000_first', ['create table first (id int)']],
    ['0001_role', [`create role nobody_knows login password 'marker-in-sql'`]],
    ['0002_fails', [
      `do $$ begin execute 'create role nobody_knows password ''marker-in-sql'''; end $$`,
    ]],
  ),
  row: bundleOf(
    ['0000_rows', ['create table people (email text unique)']],
    ['0001_two', [
      `insert into people values ('marker@in.row')`, `insert into people values ('marker@in.row')`,
    ]],
  ),
  down: bundleOf(['0000_kept', ['create table kept (id int)']], [
    '0001_gone', ['create table gone (id int)'],
    { down: ['drop table gone'], loses: ['drops the table gone'] },
  ]),
  broken: { format: 2 },
  base: bundleOf(['0000_base', ['create table base (id int)']]),
  // What touches a table that was there before goes in a request of its own.
  many: bundleOf(
    ['0000_base', ['create table base (id int)']],
    ...Array.from({ length: 12 }, (_, n) => [
      `${String(n + 1).padStart(4, '0')}_column`,
      [segment([`alter table base add column c${n} int`], { touches: ['base'] })],
    ]),
  ),
}

const tokens = {
  STATUS: 'marker-status-token',
  APPLY: 'marker-apply-token',
  UNDO: 'marker-undo-token',
}

/** What no reply may hold, and no log. */
const secret = /marker|postgres(ql)?:\/\/\w/

let endpoint

/** The database as it was at first. */
async function wipe() {
  await rows(endpoint, 'drop schema if exists ballast cascade')
  await rows(endpoint, 'drop schema public cascade')
  await rows(endpoint, 'create schema public')
  await rows(endpoint, 'drop role if exists nobody_knows')
}

/** A Worker over the endpoint, and how to ask it. Every reply is searched for secrets. */
async function startMigrator(more = {}) {
  const bindings = { BUNDLES: bundles, URL: endpoint.databaseUrl, ENVIRONMENT: 'test', ...tokens }
  const worker = await startWorker({
    entry: 'tests/workerd/migrator.ts', bindings: { ...bindings, ...more },
  })
  const fetch = (name, { token = tokens.APPLY, headers = {}, ...init } = {}) =>
    worker.fetch(`/${name}`, {
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers }, ...init,
    })
  const read = async response => {
    const text = await response.text()
    assert.doesNotMatch(text, secret, text)
    return text
  }
  return {
    fetch,
    read,
    logs: worker.logs,
    dispose: async () => {
      await worker.dispose()
      assert.doesNotMatch(worker.logs.join(''), secret)
    },
    get: async (name, init) => {
      const response = await fetch(name, init)
      return { status: response.status, body: JSON.parse(await read(response)) }
    },
    /** One JSON answer at the end. */
    post: async (name, json, init = {}) => {
      const headers = { accept: 'application/json', ...init.headers }
      const body = JSON.stringify({ environment: 'test', ...json })
      const response = await fetch(name, { method: 'POST', body, ...init, headers })
      return { status: response.status, body: JSON.parse(await read(response)) }
    },
    /** Every event, in its order. */
    stream: async (name, json) => {
      const body = JSON.stringify({ environment: 'test', ...json })
      const response = await fetch(name, { method: 'POST', body })
      assert.equal(response.headers.get('content-type'), 'application/x-ndjson')
      return (await read(response)).split('\n').filter(Boolean).map(line => JSON.parse(line))
    },
  }
}

describe('the migration endpoint', () => {
  let migrator

  before(async () => {
    endpoint = await startEndpoint('postgres', { password: 'marker-password', waitMs: 60_000 })
    migrator = await startMigrator()
  })

  after(async () => {
    await migrator?.dispose()
    await endpoint?.close()
  })

  beforeEach(wipe)

  it('applies, tells of it in order, and records who did', async () => {
    const events = await migrator.stream('slow', { action: 'apply' })
    const names = events.map(({ event }) => event)
    assert.equal(names[0], 'plan')
    assert.equal(names.at(-1), 'done')
    assert.ok(names.indexOf('applying') < names.indexOf('applied'), names.join())
    assert.deepEqual(events.at(-1).applied, ['0000_quick', '0001_slow'])
    const { status, body } = await migrator.get('slow', { token: tokens.STATUS })
    assert.equal(status, 200)
    assert.deepEqual(body.pending, [])
    assert.equal(body.environment, 'test')
    assert.equal(body.bundle, bundles.slow.hash)
    for (const { actor, application } of body.applied) {
      assert.deepEqual([actor, application], ['endpoint', 'version-7'])
    }
  })

  it('streams: the first byte comes long before the last', async () => {
    const started = performance.now()
    const body = JSON.stringify({ action: 'apply', environment: 'test' })
    const response = await migrator.fetch('slow', { method: 'POST', body })
    const reader = response.body.getReader()
    await reader.read()
    const first = performance.now() - started
    while (!(await reader.read()).done);
    const last = performance.now() - started
    assert.ok(first < 1000 && last > 1400, `first after ${first} ms, last after ${last} ms`)
  })

  it('goes on when its caller goes away', async () => {
    const controller = new AbortController()
    const body = JSON.stringify({ action: 'apply', environment: 'test' })
    const { signal } = controller
    const response = await migrator.fetch('slow', { method: 'POST', body, signal })
    const reader = response.body.getReader()
    await reader.read()
    await reader.cancel().catch(() => {})
    controller.abort()
    for (let waited = 0; waited < 10_000; waited += 200) {
      await sleep(200)
      if ((await migrator.get('slow')).body.pending.length === 0) return
    }
    assert.fail('it did not end')
  })

  it('undoes what it may, and asks before data are lost', async () => {
    await migrator.post('down', { action: 'apply' })
    const undo = { action: 'undo', to: '0000_kept' }
    const asUndo = { token: tokens.UNDO }
    const wanted = { action: 'plan', undo: true, to: '0000_kept' }
    const plan = await migrator.post('down', wanted, asUndo)
    assert.deepEqual([plan.status, plan.body.done?.loses], [200, ['drops the table gone']])
    const refused = await migrator.post('down', undo, asUndo)
    assert.deepEqual([refused.status, refused.body.error.code], [409, 'BM010'])
    const unknown = await migrator.post('down', { ...undo, to: 'nothing' }, asUndo)
    assert.deepEqual([unknown.status, unknown.body.error.code], [404, 'BM016'])
    const undone = await migrator.post('down', { ...undo, allowDataLoss: true }, asUndo)
    assert.deepEqual([undone.status, undone.body.done?.undone], [200, ['0001_gone']])
    const { body } = await migrator.get('down')
    assert.deepEqual(body.pending, ['0001_gone'])
  })

  it('a bundle that cannot be read is 500', async () => {
    const { status, body } = await migrator.post('broken', { action: 'apply' })
    assert.deepEqual([status, body.error.code], [500, 'BM001'])
  })

  it('a plan and a status change nothing', async () => {
    const plan = await migrator.post('five', { action: 'plan' })
    assert.equal(plan.status, 200)
    assert.deepEqual(plan.body.done.pending, bundles.five.migrations.map(({ tag }) => tag))
    assert.ok(plan.body.done.requests.every(({ statements }) => statements.every(s => !s.sql)))
    assert.equal((await migrator.get('five')).body.journal, false)
    const schemas = await rows(endpoint, `select 1 from pg_namespace where nspname = 'ballast'`)
    assert.deepEqual(schemas, [])
  })

  it('what is settled before the database is asked', async () => {
    const cases = [
      [401, 'BM301', { token: null }],
      [401, 'BM301', { token: 'wrong' }],
      [403, 'BM301', { token: tokens.STATUS }],
      [403, 'BM301', { token: tokens.APPLY }, { action: 'undo', to: 'x' }],
      [409, 'BM303', {}, { environment: undefined }],
      [409, 'BM303', {}, { environment: 'production' }],
      [409, 'BM002', {}, { bundle: bundles.slow.hash }],
      [400, 'BM304', { body: '{' }],
    ]
    for (const [wanted, code, init, json] of cases) {
      const { status, body } = await migrator.post('five', { action: 'apply', ...json }, init)
      assert.deepEqual([status, body.error.code], [wanted, code])
    }
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const response = await migrator.fetch('five', { method })
      await response.text()
      assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, POST'])
    }
    assert.equal((await migrator.get('five')).body.journal, false)
  })

  it('a failure in a statement names it, and quotes nothing', async () => {
    const cases = [['secret', '0002_fails', '42710'], ['row', '0001_two', '23505']]
    for (const [name, tag, code] of cases) {
      await wipe()
      const events = await migrator.stream(name, { action: 'apply' })
      const { event, ...error } = events.at(-1)
      assert.deepEqual([event, error.code, error.tag], ['error', code, tag])
      const again = await migrator.post(name, { action: 'apply' })
      assert.deepEqual([again.status, again.body.error.code], [422, code])
      await migrator.get(name)
      await migrator.post(name, { action: 'plan' })
    }
  })

  it('200 at once: each migration runs once, and who lost says so', async () => {
    const replies = await Promise.all(
      Array.from({ length: 200 }, () => migrator.post('five', { action: 'apply' })),
    )
    const tags = bundles.five.migrations.map(({ tag }) => tag)
    const statuses = {}
    for (const { status } of replies) statuses[status] = (statuses[status] ?? 0) + 1
    console.log(`200 calls: ${JSON.stringify(statuses)}`)
    for (const { status, body } of replies) assert.equal(status, 200, JSON.stringify(body))
    assert.deepEqual(replies.flatMap(({ body }) => body.done.applied).sort(), [...tags].sort())
    const losers = replies.filter(({ body }) => body.done.others.length > 0)
    console.log(`${losers.length} lost a race and said so`)
    const ran = await rows(endpoint, 'select n, count(*) from ran group by n order by n')
    assert.deepEqual(ran, [0, 1, 2, 3, 4].map(n => [String(n), '1']))
    const journal = await rows(endpoint, `select tag, count(*) from ballast.journal
      where kind = 'applied' group by tag order by tag`)
    assert.deepEqual(journal, [...tags].sort().map(tag => [tag, '1']))
  })

  it('200 looks at once are answered, all the same', async () => {
    await migrator.post('five', { action: 'apply' })
    const replies = await Promise.all(
      Array.from({ length: 200 }, () => migrator.get('five', { token: tokens.STATUS })),
    )
    for (const { status, body } of replies) {
      assert.equal(status, 200)
      assert.deepEqual(body, replies[0].body)
    }
  })
})

describe('a migration endpoint that is set up otherwise', () => {
  before(async () => {
    endpoint = await startEndpoint('postgres', { password: 'marker-password' })
  })

  after(() => endpoint?.close())

  /** A Worker for one test. */
  async function started(t, more) {
    const migrator = await startMigrator(more)
    t.after(() => migrator.dispose())
    return migrator
  }

  it('has no undo without a token for it', async t => {
    const migrator = await started(t, { UNDO: '' })
    for (const token of ['', tokens.UNDO, tokens.APPLY]) {
      const { status, body } = await migrator.post('down', { action: 'undo' }, { token })
      assert.deepEqual([status, body.error.code], [404, 'BM302'])
    }
  })

  it('lets nobody in where no token is set', async t => {
    const migrator = await started(t, { STATUS: '', APPLY: '', UNDO: '' })
    for (const authorization of ['', 'Bearer', 'Bearer ', 'Bearer undefined']) {
      const init = { token: null, headers: { authorization } }
      assert.equal((await migrator.post('five', { action: 'apply' }, init)).status, 401)
      assert.equal((await migrator.get('five', init)).status, 401)
    }
  })

  it('refuses an address that has sent too many wrong tokens', async t => {
    const migrator = await started(t, { WRONG_MAX: 3 })
    const from = address => ({ token: 'wrong', headers: { 'cf-connecting-ip': address } })
    const seen = []
    for (let n = 0; n < 5; n++) {
      seen.push((await migrator.post('five', { action: 'apply' }, from('192.0.2.1'))).status)
    }
    assert.deepEqual(seen, [401, 401, 401, 429, 429])
    assert.equal((await migrator.post('five', { action: 'apply' }, from('192.0.2.2'))).status, 401)
    assert.equal((await migrator.post('five', { action: 'plan' }, from('192.0.2.1'))).status, 401)
    assert.equal((await migrator.get('five')).status, 200)
  })

  it('stops at its limit of requests, and the next call goes on', async t => {
    const migrator = await started(t, { LIMITS: { requests: 12 } })
    await migrator.post('base', { action: 'apply' })
    const applied = []
    let calls = 0
    for (let more = true; more && calls < 10; calls++) {
      const { status, body } = await migrator.post('many', { action: 'apply' })
      assert.equal(status, 200)
      assert.ok(body.done.requests <= 12, `${body.done.requests} requests`)
      applied.push(...body.done.applied)
      more = body.done.more
    }
    assert.deepEqual(applied, bundles.many.migrations.slice(1).map(({ tag }) => tag))
    assert.ok(calls > 1, 'one call was not enough')
  })

  it('does not touch the database of another environment', async t => {
    const migrator = await started(t, { ENVIRONMENT: 'test' })
    await migrator.post('base', { action: 'apply' })
    const other = await started(t, { ENVIRONMENT: 'production' })
    const reply = await other.post('base', { action: 'apply', environment: 'production' })
    assert.deepEqual([reply.status, reply.body.error.code], [409, 'BM003'])
  })

  it('says nothing of its address where the database cannot be reached', async t => {
    for (const [url, status, code] of [
      ['postgresql://marker:marker-password@127.0.0.1:1/marker', 502, /^BH00[23]$/],
      [endpoint.databaseUrl.replace('marker-password', 'marker-wrong'), 502, /^BH008$/],
      ['marker nonsense', 500, /^BN002$/],
      ['', 500, /^BN001$/],
    ]) {
      const migrator = await started(t, { URL: url })
      const replies = [migrator.post('five', { action: 'apply' }), migrator.get('five')]
      for (const reply of await Promise.all(replies)) {
        assert.equal(reply.status, status)
        assert.match(reply.body.error.code, code)
      }
    }
  })
})
