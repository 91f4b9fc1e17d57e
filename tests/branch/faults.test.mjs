// What goes wrong on the way to Neon and at Neon: each ends in success or in one clear error, and
// nothing is made twice.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { startArena } from './arena.mjs'
import { perform } from './room.mjs'

const create = 'POST /projects/{project_id}/branches'
const get = 'GET /projects/{project_id}/branches/{branch_id}'
const list = 'GET /projects/{project_id}/branches'
const remove = 'DELETE /projects/{project_id}/branches/{branch_id}'
const restore = 'POST /projects/{project_id}/branches/{branch_id}/restore'
const poll = 'GET /projects/{project_id}/operations/{operation_id}'

let arena
let api
let count = 0

before(async () => {
  arena = await startArena()
  api = { host: arena.proxy.host, key: arena.key, project: arena.project }
})
after(() => arena?.close())
afterEach(async () => {
  arena.proxy.clear()
  arena.mustConform()
})

/** Makes a branch of a new name; sees to it that there is just one of it, or none. */
async function make(options = {}) {
  const name = `b${++count}`
  const outcome = await perform(api, { do: 'create', name, ...options })
  const made = (await arena.names()).filter(each => each === name).length
  return { ...outcome, name, made, sent: callsOf(create) }
}

const callsOf = name => arena.proxy.calls.filter(call => call.name === name).length

const status = (code, told, error) => ({ operation }) => ({
  operation: { ...operation, status: told, ...(error ? { error, failures_count: 1 } : {}) },
})

describe('making a branch', () => {
  for (const code of [423, 503, 429]) {
    test(`${code}, twice, then it is taken`, async () => {
      arena.proxy.fault(create, code, 2)
      const { done, made, sent, events } = await make()
      assert.ok(done)
      assert.equal(made, 1)
      assert.equal(sent, 3)
      assert.equal(events.filter(({ event }) => event === 'waiting').length, 2)
    })
  }

  for (const code of [423, 503, 429]) {
    test(`${code} without end is one error`, async () => {
      arena.proxy.fault(create, code, Infinity)
      const { error, made, waited } = await make({ patienceMs: 20_000 })
      assert.equal(error.code, { 423: 'BB004', 503: 'BB006', 429: 'BB005' }[code])
      assert.equal(error.fate, 'refused')
      assert.equal(made, 0)
      assert.ok(waited >= 20_000 && waited < 40_000, `${waited}`)
    })
  }

  for (const what of ['drop', 'lose', 500]) {
    test(`the answer is lost (${what})`, async () => {
      arena.proxy.fault(create, what)
      const { done, made, sent } = await make()
      assert.ok(done)
      assert.equal(made, 1)
      assert.equal(sent, what === 'lose' ? 1 : 2)
      const { done: found } = await perform(api, { do: 'url', branch: `b${count}` })
      assert.deepEqual(await arena.rows('select 1', found.uri), [['1']])
    })
  }

  test('answers are lost again and again', async () => {
    arena.proxy.fault(create, 'drop', 3)
    arena.proxy.fault(create, 'lose', 1)
    arena.proxy.fault(list, 'drop', 1)
    const { done, made } = await make()
    assert.ok(done)
    assert.equal(made, 1)
  })

  test('the answer is lost, and nobody can look', async () => {
    arena.proxy.fault(create, 'lose')
    // The first two look-ups are those of the parent and of the name.
    arena.proxy.fault(create, 'drop', Infinity)
    const before = perform(api, { do: 'create', name: 'blind', patienceMs: 10_000 })
    await arena.proxy.coming(create)
    arena.proxy.fault(list, 503, Infinity)
    const { error } = await before
    assert.equal(error.code, 'BB009')
    assert.equal(error.fate, 'unknown')
    assert.match(error.message, /creating branch blind/)
    assert.equal((await arena.names()).filter(name => name === 'blind').length, 1)
  })
})

describe('operations', () => {
  test('one that fails and then succeeds', async () => {
    arena.proxy.fault(poll, status(0, 'failed', 'no space left'), 3)
    const { done, events } = await make()
    assert.ok(done)
    const told = events.find(event => event.status === 'failed')
    assert.match(told.message, /no space left/)
  })

  test('one that goes on failing is one error, which names the branch', async () => {
    arena.proxy.fault(poll, status(0, 'failed', 'no space left'), Infinity)
    const { error, made } = await make({ patienceMs: 10_000 })
    assert.equal(error.code, 'BB010')
    assert.match(error.message, /no space left/)
    assert.match(error.branch, /^br-/)
    assert.equal(made, 1)
  })

  test('one that never ends', async () => {
    arena.proxy.fault(poll, status(0, 'running'), Infinity)
    const { error } = await make({ patienceMs: 10_000 })
    assert.equal(error.code, 'BB012')
    assert.equal(error.fate, 'unknown')
  })

  test('one that is cancelled', async () => {
    arena.proxy.fault(poll, status(0, 'cancelled'))
    assert.equal((await make()).error.code, 'BB011')
  })

  test('a connection that breaks while one is followed', async () => {
    arena.proxy.fault(poll, 'drop', 2)
    arena.proxy.fault(poll, 503, 1)
    assert.ok((await make()).done)
  })
})

describe('other changes', () => {
  test('a deletion whose answer is lost', async () => {
    for (const what of ['lose', 'drop']) {
      const { name } = await make()
      arena.proxy.fault(remove, what)
      const { done } = await perform(api, { do: 'delete', branch: name })
      assert.ok(done)
      assert.ok(!(await arena.names()).includes(name))
    }
  })

  test('a restore whose answer is lost is not done twice', async () => {
    const { name } = await make()
    arena.proxy.fault(restore, 'lose')
    const { done } = await perform(api, { do: 'reset', branch: name, preserve: `${name}-old` })
    assert.ok(done)
    assert.equal(callsOf(restore), 1)
    assert.equal((await arena.names()).filter(each => each === `${name}-old`).length, 1)
  })

  test('a read that is refused for a while', async () => {
    arena.proxy.fault(list, 503, 1)
    arena.proxy.fault(list, 429, 1)
    arena.proxy.fault(list, 'drop', 1)
    const { done, waited } = await perform(api, { do: 'get' })
    assert.equal(done.branch.name, 'main')
    assert.ok(waited >= 1000, 'Retry-After is kept to')
    assert.equal(callsOf(get), 0)
  })
})
