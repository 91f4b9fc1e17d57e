// The official command line and client on the stand-in.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import client from '@neondatabase/api-client'
import { startArena } from './arena.mjs'

const { createApiClient } = client
const require = createRequire(import.meta.url)
const cli = join(dirname(require.resolve('neon/package.json')), 'dist/cli.js')

let arena
let folder

before(async () => {
  arena = await startArena()
  folder = mkdtempSync(join(tmpdir(), 'ballast-neon-'))
  await arena.rows('create table notes as select generate_series(1, 3) as id')
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await arena?.close()
})

/** Runs the official command line and gives what it printed as JSON. */
async function neon(...args) {
  const out = await run(...args)
  return out === '' ? undefined : JSON.parse(out)
}

async function run(...args) {
  const flags = [
    ...['--api-host', arena.proxy.host, '--project-id', arena.project, '--output', 'json'],
    ...['--config-dir', folder, '--context-file', join(folder, 'context.json'), '--no-analytics'],
  ]
  const env = { ...process.env, NEON_API_KEY: arena.key, HOME: folder, CI: 'true', NO_COLOR: '1' }
  const child = spawn(process.execPath, [cli, ...args, ...flags], { cwd: folder, env })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => (out += text))
  child.stderr.setEncoding('utf8').on('data', text => (err += text))
  const code = await new Promise(resolve => child.on('close', resolve))
  assert.equal(code, 0, err)
  return out
}

/** Waits until nothing is under way: the command line does not. */
async function settled() {
  for (;;) {
    const { body } = await arena.ask('GET', `/projects/${arena.project}/operations`)
    if (body.operations.every(({ status }) => status === 'finished')) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

describe('neon, the command line', () => {
  let url

  test('creates a branch', async () => {
    const made = await neon('branches', 'create', '--name', 'dev')
    assert.equal(made.branch.name, 'dev')
    url = made.connection_uris[0].connection_uri
    await settled()
    assert.deepEqual(await arena.rows('select count(*) from notes', url), [['3']])
  })

  test('lists branches, and gets one by its name', async () => {
    const names = (await neon('branches', 'list')).map(({ name }) => name)
    assert.deepEqual(names.sort(), ['dev', 'main'])
    assert.equal((await neon('branches', 'get', 'dev')).name, 'dev')
  })

  test('gives a connection string', async () => {
    const flags = ['--role-name', 'ballast', '--database-name', 'ballast']
    const text = (await run('connection-string', 'dev', ...flags)).trim()
    assert.match(text, /^postgres(ql)?:\/\//)
    assert.deepEqual(await arena.rows('select 1', text), [['1']])
  })

  test('resets a branch to its parent', async () => {
    await arena.rows('delete from notes', url)
    await neon('branches', 'reset', 'dev', '--parent')
    await settled()
    assert.deepEqual(await arena.rows('select count(*) from notes', url), [['3']])
  })

  test('restores a branch from another, keeping what it was', async () => {
    await arena.rows('insert into notes values (4)')
    await neon('branches', 'restore', 'dev', 'main', '--preserve-under-name', 'dev-before')
    await settled()
    assert.deepEqual(await arena.rows('select count(*) from notes', url), [['4']])
    const names = (await neon('branches', 'list')).map(({ name }) => name)
    assert.ok(names.includes('dev-before'))
  })

  test('renames and deletes', async () => {
    await neon('branches', 'rename', 'dev', 'feature')
    await neon('branches', 'delete', 'feature')
    await settled()
    assert.deepEqual(await arena.names(), ['dev-before', 'main'])
  })
})

describe('@neondatabase/api-client', () => {
  let api
  before(() => (api = createApiClient({ apiKey: arena.key, baseURL: arena.proxy.host })))

  test('creates, lists, resets, restores and deletes', async () => {
    const { project } = arena
    const request = { branch: { name: 'typed' }, endpoints: [{ type: 'read_write' }] }
    const { data: made, status } = await api.createProjectBranch(project, request)
    assert.equal(status, 201)
    await settled()
    const { id, parent_id: parent } = made.branch
    const { data: listed } = await api.listProjectBranches({ projectId: project, search: 'typed' })
    assert.deepEqual(listed.branches.map(branch => branch.id), [id])
    await api.restoreProjectBranch(project, id, { source_branch_id: parent })
    await settled()
    const kept = { source_branch_id: parent, preserve_under_name: 'typed-before' }
    await api.restoreProjectBranch(project, id, kept)
    await settled()
    const names = { branch_id: id, database_name: 'ballast', role_name: 'ballast' }
    const { data } = await api.getConnectionUri({ projectId: project, ...names })
    assert.deepEqual(await arena.rows('select count(*) from notes', data.uri), [['4']])
    await api.deleteProjectBranch({ projectId: project, branchId: id })
    await settled()
    await assert.rejects(api.getProjectBranch(project, 'br-none'), error => {
      assert.equal(error.response.status, 404)
      return true
    })
  })
})

test('all of it was as the file says', () => arena.mustConform())
