// Faults on purpose: what each does, and that a seed replays.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { parseChaos } from '../../bindings/cli/dist/dev.js'
import { onBoth, post, rows, startEndpoint } from '../support/endpoint.mjs'
import { startPostgres } from '../support/postgres.mjs'

describe('--chaos', () => {
  test('a probability holds for the names before it', () => {
    assert.deepEqual(
      [...parseChaos('drop-before,500=0.1,delay=0.5')],
      [
        ['drop-before', 0.1],
        ['500', 0.1],
        ['delay', 0.5],
      ],
    )
    assert.deepEqual(
      [...parseChaos('drop-after, 507=1')],
      [
        ['drop-after', 1],
        ['507', 1],
      ],
    )
  })
  for (const [text, message] of [
    ['explode=0.1', /no fault "explode".*drop-before/],
    ['500', /500 has no probability/],
    ['500=2', /"2" is not a probability/],
    ['500=', /"" is not a probability/],
    ['500=x', /"x" is not a probability/],
  ]) {
    test(`${text} is refused`, () => assert.throws(() => parseChaos(text), message))
  }
})

// Faults are the endpoint's own: one server behind all of these will do.
let server
before(async () => {
  server = await startPostgres()
})
after(() => server?.stop())

/** Runs `use` against an endpoint on which every request meets `fault`. */
async function withFault(fault, use) {
  const dev = await startEndpoint('postgres', { server, chaos: `${fault}=1` })
  try {
    return await use(dev)
  } finally {
    await dev.close()
  }
}

describe('faults', () => {
  test('500 before anything is executed', () =>
    withFault('500', async dev => {
      const reply = await post(dev, { query: 'select 1' })
      assert.equal(reply.status, 500)
      assert.equal(reply.json.message, 'Control plane request failed')
      assert.deepEqual([reply.json.code, Object.keys(reply.json).length], ['', 17])
    }))
  test('507 with the limit that the endpoint has', () =>
    withFault('507', async dev => {
      const reply = await post(dev, { query: 'select 1' })
      assert.equal(reply.status, 507)
      assert.equal(reply.json.message, `response is too large (max is ${64 << 20} bytes)`)
    }))
  for (const fault of ['drop-before', 'drop-after']) {
    test(`${fault} breaks the connection`, () =>
      withFault(fault, dev => assert.rejects(post(dev, { query: 'select 1' }), TypeError)))
  }
  test('truncate sends the head and half of the body', () =>
    withFault('truncate', async dev => {
      const body = JSON.stringify({ query: 'select 1' })
      const headers = { 'neon-connection-string': dev.databaseUrl }
      const response = await fetch(dev.url, { method: 'POST', headers, body })
      assert.equal(response.status, 200)
      assert.match(response.headers.get('neon-request-id'), /^[0-9a-f-]{36}$/)
      await assert.rejects(response.text())
    }))
  test('delay only delays', () =>
    withFault('delay', async dev => {
      assert.deepEqual(await rows(dev, 'select 1'), [['1']])
    }))
})

onBoth('without --chaos', endpoint => {
  test('no request meets a fault', async () => {
    for (let i = 0; i < 50; i++) assert.deepEqual(await rows(endpoint(), 'select 1'), [['1']])
  })
})

const halfDropped = { chaos: 'drop-before,drop-after=0.5', seed: 3 }
const events = []
onBoth(
  'what a fault leaves',
  endpoint => {
    /** Sends until it is answered. */
    async function insist(query) {
      for (;;) {
        const answer = await rows(endpoint(), query).catch(() => undefined)
        if (answer !== undefined) return answer
      }
    }

    test('drop-before leaves nothing, drop-after the rows', async () => {
      await insist('create table if not exists chaos_t (a int)')
      let written = 0
      for (let i = 0; i < 30; i++) {
        events.length = 0
        await rows(endpoint(), 'insert into chaos_t values (1)').catch(() => {})
        if (!events.some(({ fault }) => fault === 'drop-before')) written++
      }
      assert.ok(written > 0 && written < 30)
      assert.deepEqual(await insist('select count(*) from chaos_t'), [[String(written)]])
      await insist('drop table if exists chaos_t')
    })
  },
  { ...halfDropped, onEvent: event => events.push(event) },
)

describe('a seed', () => {
  const chaos = 'drop-before,drop-after,truncate,delay,500,507=0.12'
  async function run(seed) {
    const faults = []
    const onEvent = ({ event, ordinal, fault, ms }) => {
      if (event === 'fault') faults.push([ordinal, fault, ms])
    }
    const dev = await startEndpoint('postgres', { server, chaos, seed, onEvent })
    for (let i = 0; i < 60; i++) await post(dev, { query: 'select 1' }).catch(() => {})
    await dev.close()
    return faults
  }
  test('replays, and another one differs', async () => {
    const first = await run(7)
    assert.deepEqual(await run(7), first)
    assert.notDeepEqual(await run(8), first)
    assert.equal(new Set(first.map(([, fault]) => fault)).size, 6)
  })
})
