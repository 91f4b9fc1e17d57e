/**
 * What the platform limits and the local runtime does not: connections that wait for headers,
 * subrequests, memory. Counted where the requests arrive, and in the core itself.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { oneRow, send, sqlError, startFake } from '../support/fake.mjs'
import { startProbe } from '../support/probe.mjs'

/** How many connections of one request may wait for headers; Cloudflare queues the next. */
const connections = 6

describe('limits of the platform', () => {
  let fake, probe, answer

  before(async () => {
    fake = await startFake((request, response, body) => answer(request, response, body))
    probe = await startProbe(fake.databaseUrl)
  })

  after(async () => {
    await probe?.dispose()
    await fake?.close()
  })

  const reset = () => Object.assign(fake.seen, { requests: 0, mostWaiting: 0, mostOpen: 0 })

  it('a query is one subrequest, and so is a transaction of many', async () => {
    reset()
    answer = (request, response) => send(response, 200, oneRow({ n: '1' }))
    await probe.query('select 1')
    assert.equal(fake.seen.requests, 1)
    answer = (request, response, body) => {
      const results = JSON.parse(body).queries.map(() => oneRow({ n: '1' }))
      send(response, 200, { results })
    }
    reset()
    const { value } = await probe.transaction('select 1', 40)
    assert.equal(value.length, 40)
    assert.equal(fake.seen.requests, 1)
  })

  it('retries are bounded, so that one query cannot use up the subrequests', async () => {
    reset()
    answer = (request, response) => send(response, 500, sqlError('53300', 'too many connections'))
    const { error } = await probe.query('select 1')
    assert.equal(error.code, '53300')
    assert.equal(error.attempts, fake.seen.requests)
    assert.ok(fake.seen.requests <= 3, `${fake.seen.requests} requests`)
  })

  it('queries do not wait for one another, so six connections are enough', async () => {
    // The platform's queue: at most six requests wait for headers, the others are let in later.
    let waiting = 0
    let most = 0
    const queue = []
    answer = async (request, response, body) => {
      if (waiting === connections) await new Promise(resolve => queue.push(resolve))
      most = Math.max(most, ++waiting)
      await sleep(5)
      waiting--
      send(response, 200, oneRow({ n: JSON.parse(body).params[0] }))
      queue.shift()?.()
    }
    const results = await probe.parallel('select $1', 60)
    assert.equal(most, connections)
    assert.deepEqual(
      results.map(({ value }) => value[0].n),
      Array.from({ length: 60 }, (_, n) => String(n)),
    )
  })

  it('a reply that is not wanted is let go of, whatever went wrong', async () => {
    const endless = status => (request, response) => {
      response.writeHead(status, { 'content-type': 'text/html' })
      const timer = setInterval(() => response.write('x'.repeat(1000)), 5)
      response.once('close', () => clearInterval(timer))
    }
    for (const status of [502, 404, 200]) {
      answer = endless(status)
      const { error } = await probe.query('select 1', [], { timeoutMs: 500, retry: false })
      assert.match(error.code, /^B[HC]/)
      for (let waited = 0; fake.seen.open > 0 && waited < 3000; waited += 50) await sleep(50)
      assert.equal(fake.seen.open, 0, `a reply with status ${status} was left open`)
    }
  })

  it('memory does not grow with the reply', async () => {
    const line = `,[${JSON.stringify('12345')},${JSON.stringify('x'.repeat(1000))}]`
    const rows = 20_000
    answer = async (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const { fields } = oneRow({ n: '', t: '' })
      response.write(`{"fields":${JSON.stringify(fields)},"rows":[["0","first"]`)
      for (let row = 1; row < rows; row += 1000) {
        if (!response.write(line.repeat(1000)))
          await new Promise(resolve => response.once('drain', resolve))
      }
      response.end('],"command":"SELECT","rowCount":20000,"rowAsArray":true}')
    }
    const first = await probe.size('select big', [])
    assert.equal(first.value, 1 + 20 * 1000, JSON.stringify(first.error))
    // Pools keep the size that a window of rows needed: the second reply must find them enough.
    const start = await probe.stats()
    assert.ok(start.memoryBytes <= 8 * 1024 * 1024, `${start.memoryBytes} bytes for 20 MB`)
    for (let time = 0; time < 3; time++) await probe.size('select big', [])
    assert.deepEqual(await probe.stats(), start)
  })
})
