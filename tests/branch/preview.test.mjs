// `ballast preview`: a branch for as long as it takes. However it ends, no branch is left behind,
// or it is said which.
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { drizzleFolder, makeProject } from '../support/command.mjs'
import { mustHide, startArena } from './arena.mjs'

const create = 'POST /projects/{project_id}/branches'
const remove = 'DELETE /projects/{project_id}/branches/{branch_id}'
const poll = 'GET /projects/{project_id}/operations/{operation_id}'
const branches = 'GET /projects/{project_id}/branches'
const uri = 'GET /projects/{project_id}/connection_uri'

const first = { '0000_users': 'create table users (id int primary key);' }
const second = { ...first, '0001_emails': 'alter table users add email text;' }
const slow = { ...first, '0001_slow': 'select pg_sleep(20); alter table users add email text;' }
const broken = { ...second, '0002_wrong': 'alter table users add constraint u check (id < 0);' }

let arena
let project

before(async () => {
  arena = await startArena()
  project = makeProject(drizzleFolder(first))
  assert.equal((await arena.run(project, ['migrate'])).code, 0)
  await arena.rows('insert into users select generate_series(1, 1000)')
})
after(async () => {
  project?.remove()
  await arena?.close()
})
afterEach(() => {
  arena.proxy.clear()
  arena.mustConform()
})

const folder = migrations => project.write(drizzleFolder(migrations))
const preview = (...args) => arena.run(project, ['preview', ...args])
const script = code => ['--', process.execPath, '-e', code]
const nothingLeft = async () => assert.deepEqual(await arena.names(), ['main'])

describe('to its end', () => {
  test('the command runs on a branch with the data, migrated, and without the key', async () => {
    folder(second)
    const code = `
      require('fs').writeFileSync('seen.json', JSON.stringify({
        url: process.env.DATABASE_URL, same: process.env.MIGRATE_DATABASE_URL,
        key: process.env.NEON_API_KEY ?? null }))`
    const { code: exit, out } = await preview('--report', 'preview.md', ...script(code))
    assert.equal(exit, 0)
    const seen = JSON.parse(readFileSync(join(project.folder, 'seen.json'), 'utf8'))
    assert.match(seen.url, /^postgresql:\/\/ballast:.*endpoint%3Dep-/)
    assert.equal(seen.same, seen.url)
    assert.equal(seen.key, null)
    assert.match(out, /The schema there is what its migrations left\.\n/)
    assert.match(out, /\n {2}0001_emails {2}[\d.]+ m?s\n/)
    const report = readFileSync(join(project.folder, 'preview.md'), 'utf8')
    assert.match(report, /^### Migrations on a branch of `main`: passed\n/)
    assert.match(report, /\| `0001_emails` \| [\d.]+ m?s \|/)
    mustHide(report)
    assert.deepEqual(await arena.rows('select count(*) from users'), [['1000']])
    await nothingLeft()
  })

  test('the exit code is that of the command', async () => {
    assert.equal((await preview(...script('process.exit(7)'))).code, 7)
    await nothingLeft()
  })

  test('a schema that somebody has changed by other means is reported', async () => {
    await arena.rows('create table stray ()')
    const { out } = await preview('--json')
    assert.equal(JSON.parse(out.trim().split('\n').at(-1)).drift, true)
    await arena.rows('drop table stray')
    await nothingLeft()
  })

  test('a migration that fails on real data', async () => {
    folder(broken)
    const { code, err } = await preview('--report', 'preview.md', ...script('1'))
    assert.equal(code, 1)
    assert.match(err, /23514/)
    const report = readFileSync(join(project.folder, 'preview.md'), 'utf8')
    assert.match(report, /: failed\n[^]*violated by/)
    rmSync(join(project.folder, 'drizzle/0002_wrong.sql'))
    folder(second)
    await nothingLeft()
  })

  test('a command that is not there', async () => {
    const { code, err } = await preview('--', 'no-such-command')
    assert.equal(code, 1)
    assert.match(err, /no-such-command cannot be run: ENOENT/)
    await nothingLeft()
  })

  test('a branch of that name that was there stays', async () => {
    const { code, err } = await preview('--name', 'main', ...script('1'))
    assert.equal(code, 1)
    assert.match(err, /there is a branch main already/)
    await nothingLeft()
  })

  test('the answer to the creation is lost', async () => {
    arena.proxy.fault(create, 'lose')
    assert.equal((await preview(...script('1'))).code, 0)
    await nothingLeft()
  })

  test('what cannot be deleted is named', async () => {
    arena.proxy.fault(remove, 500, 1)
    const { code } = await preview(...script('1'))
    assert.equal(code, 0, 'one failure is got over')
    arena.proxy.fault(remove, 401, 1)
    const { code: second, err } = await preview(...script('1'))
    assert.equal(second, 1)
    const [, name, id] = /Left behind: branch (preview-\w+) \((br-[\w-]+)\)/.exec(err) ?? []
    assert.deepEqual(await arena.names(), ['main', name].sort())
    assert.match(err, /It expires at 20/)
    assert.equal((await arena.run(project, ['branch', 'delete', id, '--yes'])).code, 0)
  })

  test('--keep keeps it, and says so', async () => {
    const { code, err } = await preview('--keep')
    assert.equal(code, 0)
    const [, name] = /Left behind: branch (preview-\w+)/.exec(err)
    assert.equal((await arena.run(project, ['branch', 'delete', name, '--yes'])).code, 0)
    await nothingLeft()
  })
})

/** Runs it, ends it with a signal as soon as `when` has come, and waits for its end. */
async function interrupted(when, { signal = 'SIGINT', command = script('1') } = {}) {
  const run = arena.start(project, ['preview', ...command])
  await when(run)
  // What has been asked for is under way.
  await new Promise(resolve => setTimeout(resolve, 30))
  run.child.kill(signal)
  const code = await run.ended
  mustHide(run.out + run.err)
  return { code, err: run.err }
}

const printed = pattern => async run => {
  while (!pattern.test(run.out + run.err)) await new Promise(resolve => setTimeout(resolve, 20))
}

describe('interrupted', () => {
  const steps = {
    'before it is made': { when: () => arena.proxy.coming(branches) },
    'while it is made': { when: () => arena.proxy.coming(create) },
    'while its operations run': { when: () => arena.proxy.coming(poll) },
    'while its connection string is read': { when: () => arena.proxy.coming(uri) },
    'while the migrations run': { when: printed(/1 migration to apply/), migrations: slow },
    'while the command runs': {
      when: printed(/at it/),
      command: script('console.log("at it"); setTimeout(() => {}, 60000)'),
    },
    'while it is deleted': { when: () => arena.proxy.coming(remove) },
  }
  for (const [name, { when, migrations = second, command }] of Object.entries(steps)) {
    for (const signal of name.includes('runs') ? ['SIGINT', 'SIGTERM'] : ['SIGINT']) {
      test(`${name} (${signal})`, async () => {
        folder(migrations)
        const { code } = await interrupted(when, { signal, command })
        assert.equal(code, 130)
        await nothingLeft()
      })
    }
  }

  test('twice, so that it cannot be deleted: it is said which is left', async () => {
    folder(second)
    arena.proxy.fault(remove, 'hang')
    const { err } = await interrupted(async run => {
      await arena.proxy.coming(remove)
      run.child.kill('SIGINT')
      await printed(/Press Ctrl-C again/)(run)
    })
    const [, name] = /Left behind: branch (preview-\w+) \(br-/.exec(err) ?? []
    assert.deepEqual(await arena.names(), ['main', name].sort())
  })
})
