// All that room `branch` can ask for, on the stand-in: each request and each answer is judged by
// Neon's own OpenAPI file.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startArena } from './arena.mjs'
import { judgeRequest, judgeResponse } from './conformance.mjs'
import { perform } from './room.mjs'

let arena
let api

before(async () => {
  arena = await startArena()
  api = { host: arena.proxy.host, key: arena.key, project: arena.project }
})
after(() => arena?.close())

/** Asks, and gives what is done. */
async function ask(what, options = {}) {
  const { done, error } = await perform(api, { do: what, ...options })
  assert.ok(done, JSON.stringify(error))
  return done
}

async function refused(what, options = {}) {
  const { done, error } = await perform(api, { do: what, ...options })
  assert.ok(error, JSON.stringify(done))
  return error
}

const urlOf = async branch => (await ask('url', { branch })).uri

describe('branches', () => {
  test('one is made, has the data of its parent, and goes its own way', async () => {
    await arena.rows('create table notes (id int primary key)')
    await arena.rows('insert into notes select generate_series(1, 3)')
    const { branch } = await ask('create', { name: 'dev', expires: '2099-01-31T12:00:00Z' })
    assert.equal(branch.current_state, 'ready')
    assert.equal(branch.expires_at, '2099-01-31T12:00:00Z')
    const url = await urlOf('dev')
    await arena.rows('insert into notes values (4)', url)
    assert.deepEqual(await arena.rows('select count(*) from notes', url), [['4']])
    assert.deepEqual(await arena.rows('select count(*) from notes'), [['3']])
  })

  test('a schema without rows', async () => {
    await ask('create', { name: 'empty', schemaOnly: true })
    assert.deepEqual(await arena.rows('select count(*) from notes', await urlOf('empty')), [['0']])
  })

  test('one without a compute has no connection string until it gets one', async () => {
    await ask('create', { name: 'bare', compute: false })
    assert.equal((await refused('url', { branch: 'bare' })).code, 'BB021')
    await ask('compute', { branch: 'bare' })
    assert.equal((await ask('computes', { branch: 'bare' })).endpoints.length, 1)
    assert.deepEqual(await arena.rows('select 1', await urlOf('bare')), [['1']])
  })

  test('names, protection and expiry', async () => {
    await ask('rename', { branch: 'bare', name: 'plain' })
    await ask('protect', { branch: 'plain' })
    assert.equal((await ask('get', { branch: 'plain' })).branch.protected, true)
    assert.equal((await refused('delete', { branch: 'plain' })).status, '422')
    await ask('protect', { branch: 'plain', protect: 'off' })
    await ask('expire', { branch: 'plain', expires: '2099-01-31T12:00:00Z' })
    await ask('expire', { branch: 'plain', expires: 'never' })
    assert.equal((await ask('get', { branch: 'plain' })).branch.expires_at, undefined)
  })

  test('deleted, recovered, deleted for good', async () => {
    await ask('delete', { branch: 'plain' })
    assert.equal((await refused('get', { branch: 'plain' })).code, 'BB014')
    const { branches } = await ask('list', { deleted: true })
    assert.ok(branches.some(({ name, recovery }) => name === 'plain' && recovery !== undefined))
    const { branch } = await ask('recover', { branch: 'plain' })
    assert.deepEqual(await arena.rows('select count(*) from notes', await urlOf('plain')), [['3']])
    await ask('delete', { branch: branch.id, hard: true })
    const left = await arena.rows(`select 1 from pg_database where datname like '%${branch.id}%'`)
    assert.deepEqual(left, [])
  })

  test('one that has expired is gone', async () => {
    await ask('create', { name: 'short', expires: new Date(Date.now() + 1000).toISOString() })
    await new Promise(resolve => setTimeout(resolve, 1200))
    assert.ok(!(await arena.names()).includes('short'))
  })

  test('the default moves', async () => {
    await ask('default', { branch: 'dev' })
    assert.equal((await ask('get')).branch.name, 'dev')
    await ask('default', { branch: 'main' })
  })
})

describe('states', () => {
  test('reset gives a branch what its parent has', async () => {
    await ask('reset', { branch: 'dev' })
    assert.deepEqual(await arena.rows('select count(*) from notes', await urlOf('dev')), [['3']])
  })

  test('schemas are compared', async () => {
    await arena.rows('alter table notes add body text', await urlOf('dev'))
    const { diff } = await ask('compare', { branch: 'dev' })
    assert.match(diff, /^--- main\n\+\+\+ dev\n@@ /)
    assert.match(diff, /^\+ {4}body text$/m)
    assert.match((await ask('schema', { branch: 'dev' })).sql, /body text/)
  })

  test('a snapshot is kept, looked at and deleted', async () => {
    await ask('snapshot', { branch: 'dev', name: 'kept' })
    await arena.rows('drop table notes', await urlOf('dev'))
    await ask('restoreSnapshot', { snapshot: 'kept', name: 'look' })
    await ask('compute', { branch: 'look' })
    assert.deepEqual(await arena.rows('select count(*) from notes', await urlOf('look')), [['3']])
    await ask('deleteSnapshot', { snapshot: 'kept' })
    assert.deepEqual((await ask('snapshots')).snapshots, [])
  })

  test('a moment of which no copy was taken is refused, and says which there are', async () => {
    const error = await refused('restore', { branch: 'dev', at: '0/1', preserve: 'old' })
    assert.equal(error.reason, 'WRONG_LSN_OR_TIMESTAMP')
    assert.match(error.message, /no copy of dev was taken at 0\/1/)
  })

  test('databases, roles, operations, the project', async () => {
    assert.deepEqual((await ask('databases')).databases.map(({ name }) => name), ['ballast'])
    assert.deepEqual((await ask('roles')).roles.map(({ name }) => name), ['ballast'])
    assert.equal((await ask('project')).historySeconds, 86_400)
    const endpoint = new URL(await urlOf('dev')).searchParams.get('options').split('=')[1]
    assert.equal((await ask('locate', { endpoint })).branch.name, 'dev')
  })
})

describe('refusals, in the form that is documented', () => {
  const nobody = '00000000-0000-4000-8000-000000000000'
  const source = { source_branch_id: 'MAIN' }
  const path = rest => `/projects/${arena.project}${rest}`
  const cases = [
    ['no key', 401, 'GET', () => path('/branches'), undefined, {}],
    ['another project', 404, 'GET', () => '/projects/other'],
    ['no such branch', 404, 'GET', () => path('/branches/br-none')],
    ['no such branch to delete', 204, 'DELETE', () => path('/branches/br-none')],
    ['no such operation', 404, 'GET', () => path(`/operations/${nobody}`)],
    ['a name that is taken', 409, 'POST', () => path('/branches'), { branch: { name: 'main' } }],
    ['no such parent', 404, 'POST', () => path('/branches'), { branch: { parent_id: 'br-none' } }],
    ['no such role', 404, 'GET', () => path('/branches/MAIN/roles/eve/reveal_password')],
    ['no such snapshot', 404, 'DELETE', () => path('/snapshots/snap-none')],
    ['a default branch', 422, 'DELETE', () => path('/branches/MAIN')],
    ['itself, now', 400, 'POST', () => path('/branches/MAIN/restore'), source],
    ['another role', 400, 'POST', () => path('/branches/MAIN/roles'), { role: { name: 'eve' } }],
  ]
  for (const [name, status, method, pathOf, body, given] of cases) {
    test(`${status}: ${name}`, async () => {
      const { body: all } = await arena.ask('GET', path('/branches'))
      const { id } = all.branches.find(branch => branch.default)
      const headers = given ?? { authorization: `Bearer ${arena.key}` }
      const text = body && JSON.stringify(body).replaceAll('MAIN', id)
      const init = { method, headers, ...(text ? { body: text } : {}) }
      const reply = await fetch(`${arena.proxy.host}${pathOf().replace('MAIN', id)}`, init)
      assert.equal(reply.status, status)
      if (status !== 204) {
        const answer = await reply.json()
        assert.equal(typeof answer.message, 'string')
        assert.equal(typeof answer.request_id, 'string')
      }
    })
  }

  test('423: while it is at work there', async () => {
    const { branch } = await ask('get', { branch: 'empty' })
    const at = `${arena.proxy.host}${path(`/branches/${branch.id}`)}`
    const headers = { authorization: `Bearer ${arena.key}` }
    const source = JSON.stringify({ source_branch_id: branch.parent_id })
    const [first, second] = await Promise.all([
      fetch(`${at}/restore`, { method: 'POST', headers, body: source }),
      fetch(at, { method: 'DELETE', headers }),
    ])
    assert.deepEqual([first.status, second.status].sort(), [200, 423])
  })
})

test('what else the stand-in serves', async () => {
  const { branch } = await ask('get')
  const headers = { authorization: `Bearer ${arena.key}`, 'content-type': 'application/json' }
  const send = async (method, rest, body) => {
    const init = { method, headers, body: JSON.stringify(body) }
    return (await fetch(`${arena.proxy.host}/projects/${arena.project}${rest}`, init)).status
  }
  const database = { name: 'second', owner_name: 'ballast' }
  assert.equal(await send('POST', `/branches/${branch.id}/databases`, { database }), 201)
  assert.equal((await refused('url')).code, 'BB020')
  assert.match((await ask('url', { database: 'second' })).uri, /\/second\?/)
  assert.equal(await send('PATCH', '', { project: { history_retention_seconds: 3600 } }), 200)
  assert.equal((await ask('project')).historySeconds, 3600)
  const at = `${arena.proxy.host}/projects/${arena.project}/operations?limit=3`
  const page = await fetch(at, { headers })
  assert.equal((await page.json()).operations.length, 3)
})

test('the judge can say no', () => {
  const path = '/projects/p/branches'
  const body = { branch: { name: 7 } }
  assert.match(judgeRequest('POST', path, new URLSearchParams(), body)[0], /name must be string/)
  assert.match(judgeRequest('GET', path, new URLSearchParams('serach=x'), undefined)[0], /serach/)
  assert.match(judgeResponse('GET', path, 200, { branches: [{}] })[0], /required property 'id'/)
  assert.match(judgeResponse('GET', path, 404, { message: 'x' })[0], /required property 'code'/)
})

test('all that was asked and answered is as the file says', () => {
  arena.mustConform()
  const names = new Set(arena.proxy.calls.map(({ name }) => name))
  assert.ok(names.size >= 27, [...names].join('\n'))
})
