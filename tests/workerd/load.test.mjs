/** 5,000 requests, 100 at a time, through one isolate, while one in ten goes wrong on its way. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startEndpoint } from '../support/endpoint.mjs'
import { startProbe } from '../support/probe.mjs'

const requests = 5_000
const concurrency = 100
// Six kinds of fault, each in one request of sixty: one request in ten has one.
const chaos = 'drop-before,drop-after,truncate,delay,500,507=0.0167'
const text = 'select $1::int4 as n, $2::text as t, $3::float8[] as list, $4::jsonb as document'

/** Runs `job(n)` for every n, no more than `concurrency` of them at once. */
async function run(count, job) {
  let next = 0
  const worker = async () => {
    while (next < count) await job(next++)
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}

describe('under load', () => {
  let endpoint, probe

  before(async () => {
    endpoint = await startEndpoint('pglite', { chaos, seed: 7 })
    probe = await startProbe(endpoint.databaseUrl)
  })

  after(async () => {
    await probe?.dispose()
    await endpoint?.close()
  })

  /** One query with values of its own; answers undefined where it is right, else its error. */
  async function one(n) {
    const t = `row ${n} \u{1f600} é "${'x'.repeat(n % 300)}"`
    const document = { n, list: [n, null, t] }
    const params = [n, t, [n, 0.5, -1e-9], document]
    const { value, error } = await probe.query(text, params, { timeoutMs: 20_000, retry: false })
    if (error !== undefined) return error
    assert.deepEqual(value, [{ n, t, list: [n, 0.5, -1e-9], document }])
    return undefined
  }

  it('every answer is right or a named error, and the core is left as it was', async () => {
    await run(300, one)
    const start = await probe.stats()
    const codes = {}
    let right = 0
    await run(requests, async n => {
      const error = await one(n)
      if (error === undefined) return right++
      assert.equal(error.name, 'BallastError', JSON.stringify(error))
      assert.match(error.code, /^(B[HC]\d{3}|[0-9A-Z]{5})$/, JSON.stringify(error))
      assert.match(error.fate, /^(answered|refused|unknown)$/)
      codes[error.code] = (codes[error.code] ?? 0) + 1
    })
    const end = await probe.stats()
    console.log(`${right} of ${requests} right; errors ${JSON.stringify(codes)}`)
    console.log(`core at the start ${JSON.stringify(start)}, at the end ${JSON.stringify(end)}`)
    assert.ok(right >= requests * 0.85, `only ${right} were right`)
    assert.ok(right <= requests * 0.97, 'hardly a fault was met, so this shows nothing')
    assert.equal(end.liveBytes, start.liveBytes)
    assert.ok(end.memoryBytes <= Math.max(start.memoryBytes, 4 * 1024 * 1024))
    assert.equal(end.instances, start.instances, 'no fault of the network is one of the core')
  })
})
