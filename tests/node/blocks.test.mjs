/** `rowMode: 'blocks'`: rows as the reply arrives. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BallastError, neon, neonConfig } from 'ballast'

const URL = 'postgresql://user:s3cret@ep-test.eu-central-1.aws.neon.tech/app'
const HEAD = '{"fields":[{"name":"id","dataTypeID":23},{"name":"name","dataTypeID":25}],"rows":['
const TAIL = '],"command":"SELECT","rowCount":1,"rowAsArray":true}'
const rowsFrom = (from, count) => Array.from({ length: count }, (_, i) =>
  JSON.stringify([String(from + i), 'name ' + (from + i)])).join()

/** A reply whose pieces the test hands out, and whether it was given up. */
function reply() {
  const encoder = new TextEncoder()
  const state = { isCancelled: false }
  const body = new ReadableStream({
    start(controller) { state.controller = controller },
    cancel() { state.isCancelled = true },
  })
  state.send = text => state.controller.enqueue(encoder.encode(text))
  state.end = () => state.controller.close()
  state.fail = () => state.controller.error(new TypeError('terminated'))
  neonConfig.fetchFunction = async () => new Response(body)
  return state
}

const sql = neon(URL, { rowMode: 'blocks' })

describe('blocks', () => {
  it('come before the reply is complete', async () => {
    const source = reply()
    source.send(HEAD + rowsFrom(0, 10))
    const blocks = (await sql`select`)[Symbol.asyncIterator]()
    const { value: first } = await blocks.next()
    assert.equal(first.rows, 10)
    assert.deepEqual([...first.columns.id], Array.from({ length: 10 }, (_, i) => i))
    assert.equal(first.columns.name.at(9), 'name 9')
    source.send(',' + rowsFrom(10, 5) + TAIL)
    source.end()
    const { value: second } = await blocks.next()
    assert.deepEqual(second.columns.id.numbers(), Int32Array.of(10, 11, 12, 13, 14))
    assert.deepEqual(await blocks.next(), { done: true, value: undefined })
    // A block's values are its own: those of the next have not overwritten them.
    assert.equal(first.columns.name.at(0), 'name 0')
  })

  it('add up to the result, however it is cut', async () => {
    const whole = HEAD + rowsFrom(0, 3000) + TAIL
    for (const size of [1000, 4099, 65_536, 1_000_000]) {
      const source = reply()
      for (let at = 0; at < whole.length; at += size) source.send(whole.slice(at, at + size))
      source.end()
      const ids = []
      for await (const { columns } of await sql`select`) ids.push(...columns.id)
      assert.deepEqual(ids, Array.from({ length: 3000 }, (_, i) => i))
    }
  })

  it('end in one error where the connection is lost, and are not asked for again', async () => {
    const source = reply()
    let calls = 0
    const { fetchFunction } = neonConfig
    neonConfig.fetchFunction = (...args) => { calls++; return fetchFunction(...args) }
    source.send(HEAD + rowsFrom(0, 3))
    const read = async () => {
      for await (const block of await neon(URL, { rowMode: 'blocks', idempotent: true })`select`) {
        assert.equal(block.rows, 3)
        source.fail()
      }
    }
    await assert.rejects(read, error => {
      assert.ok(error instanceof BallastError)
      assert.deepEqual([error.code, error.fate, error.status], ['BH003', 'unknown', 200])
      assert.ok(!error.message.includes('s3cret'))
      return true
    })
    assert.equal(calls, 1)
  })

  it('end in one error where the reply is cut off', async () => {
    const source = reply()
    source.send(HEAD + rowsFrom(0, 3))
    source.end()
    const read = async () => { for await (const block of await sql`select`) assert.ok(block.rows) }
    await assert.rejects(read, { name: 'BallastError', code: 'BC002', fate: 'unknown' })
  })

  it('give up the reply where the caller stops', async () => {
    const source = reply()
    source.send(HEAD + rowsFrom(0, 3))
    for await (const block of await sql`select`) {
      assert.equal(block.rows, 3)
      break
    }
    await new Promise(resolve => setTimeout(resolve))
    assert.equal(source.isCancelled, true)
  })

  it('are not for transactions', async () => {
    await assert.rejects(sql.transaction([sql`select`]), { name: 'TypeError', message: /blocks/ })
  })
})
