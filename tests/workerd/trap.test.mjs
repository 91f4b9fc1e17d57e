/** A failed check in the core ends its instance: one request pays, the others do not notice. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { oneRow, send, startFake } from '../support/fake.mjs'
import { startProbe } from '../support/probe.mjs'

describe('a trap', () => {
  let fake, probe

  before(async () => {
    fake = await startFake(async (request, response, body) => {
      // Headers, half of the reply, and the rest later: the siblings are in the middle of theirs.
      const whole = JSON.stringify(
        oneRow({ n: JSON.parse(body).params[0], pad: 'x'.repeat(20_000) }),
      )
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(whole.slice(0, 10_000))
      await sleep(400)
      response.end(whole.slice(10_000))
    })
    probe = await startProbe(fake.databaseUrl)
  })

  after(async () => {
    await probe?.dispose()
    await fake?.close()
  })

  it('costs its own request only', async () => {
    await probe.query('select $1', ['first'])
    const start = await probe.stats()
    const siblings = Array.from({ length: 20 }, (_, n) => probe.query('select $1', [String(n)]))
    await sleep(150)
    const { error } = await probe.trap()
    assert.equal(error.name, 'BallastError', JSON.stringify(error))
    assert.equal(error.code, 'BA001')
    for (const [n, { value, error }] of (await Promise.all(siblings)).entries()) {
      assert.equal(error, undefined, JSON.stringify(error))
      assert.equal(value[0].n, String(n))
    }
    const { value } = await probe.query('select $1', ['after'])
    assert.equal(value[0].n, 'after')
    const end = await probe.stats()
    assert.equal(end.instances, start.instances + 1)
    assert.ok(end.liveBytes <= start.liveBytes, `${end.liveBytes} bytes, ${start.liveBytes} before`)
  })

  it('can happen again and again', async () => {
    for (let n = 0; n < 10; n++) {
      assert.equal((await probe.trap()).error.code, 'BA001')
      assert.equal((await probe.query('select $1', [String(n)])).value[0].n, String(n))
    }
  })
})

describe('a reply of nonsense', () => {
  it('is an error and never a trap', async t => {
    let reply = ''
    const fake = await startFake((request, response) => send(response, 200, reply))
    t.after(() => fake.close())
    const probe = await startProbe(fake.databaseUrl)
    t.after(() => probe.dispose())
    const row = JSON.stringify(oneRow({ a: '1', b: '2' }))
    const replies = [
      '',
      '{',
      '[]',
      'null',
      '"x"',
      '{}',
      '\u0000',
      '['.repeat(100_000),
      row.slice(0, -3),
    ]
    for (let cut = 1; cut < row.length; cut += 7) replies.push(row.slice(0, cut))
    replies.push(
      row.replace('["1","2"]', '["1"]'),
      row.replace('"dataTypeID":25', '"dataTypeID":"x"'),
    )
    const { instances } = await probe.stats()
    for (reply of replies) {
      const { error } = await probe.query('select 1', [], { retry: false })
      assert.equal(error?.name, 'BallastError', reply.slice(0, 80))
      assert.match(error.code, /^BC/, reply.slice(0, 80))
      assert.equal(error.requestId, 'request-42')
    }
    // The first query makes the first instance, and no other may have been needed.
    assert.ok((await probe.stats()).instances <= Math.max(instances, 1))
  })
})
