// `ballast rollback`: which ways back there are, what each loses, and that it is so.
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { drizzleFolder, makeProject } from '../support/command.mjs'
import { startArena } from './arena.mjs'

const migrations = {
  '0000_users': 'create table users (id int primary key);',
  '0001_emails': 'alter table users add email text;',
  '0002_orders': 'create table orders (id int);',
}
const downs = {
  'drizzle/0001_emails.down.sql': '-- Grade red, data are lost.\nalter table users drop email;\n',
  'drizzle/0002_orders.down.sql': 'drop table orders;\n',
}

let arena
let project

before(async () => (arena = await startArena()))
after(() => arena?.close())
beforeEach(() => (project = makeProject()))
afterEach(() => {
  project.remove()
  arena.mustConform()
})

const pick = count => Object.fromEntries(Object.entries(migrations).slice(0, count))
const run = (...args) => arena.run(project, args)
const ways = async (...args) => {
  const { code, events } = await run('rollback', '--json', ...args)
  assert.equal(code, 2)
  return Object.fromEntries(events.at(-1).ways.map(way => [way.way, way]))
}

async function clean() {
  for (const schema of ['ballast', 'drizzle', 'public']) {
    await arena.rows(`drop schema if exists ${schema} cascade`)
  }
  await arena.rows('create schema public')
}

describe('one migration after another', () => {
  before(clean)

  test('each way says what it loses', async () => {
    for (const count of [1, 2, 3]) {
      project.write({ ...drizzleFolder(pick(count)), ...downs })
      assert.equal((await run('migrate')).code, 0)
      await arena.rows(`insert into users (id) values (${count})`)
    }
    const { undo, restore, version } = await ways('--to', '0000_users')
    assert.deepEqual(undo.loses, ['It drops table orders.', 'It drops column users.email.'])
    const grades = /0001_emails: red, data are lost\n0002_orders: written by hand/
    assert.match(undo.notes.join('\n'), grades)
    assert.match(restore.title, /^Restore main \(br-[\w-]+\) to 0\/\w+, before 0001_emails$/)
    assert.match(restore.loses[0], /^Everything that was written to it since 20/)
    assert.match(restore.notes.join('\n'), /the history goes back/)
    assert.match(version.hindrance, /--versions/)
    assert.deepEqual(restore.gone, ['0001_emails', '0002_orders'])
  })

  test('without a terminal the way is a question, and nothing happens', async () => {
    project.write({ ...drizzleFolder(migrations), ...downs })
    const { code, err } = await run('rollback')
    assert.equal(code, 2)
    assert.match(err, /run it again with --way undo\|restore/)
    assert.equal((await run('rollback', '--way', 'restore')).code, 2, 'and so is the loss')
    assert.deepEqual(await arena.rows('select count(*) from users'), [['3']])
  })

  test('restore: the state before, the rest kept, and forward again', async () => {
    project.write({ ...drizzleFolder(migrations), ...downs })
    const args = ['--to', '0000_users', '--way', 'restore', '--preserve', 'main-before', '--yes']
    const { code, out } = await run('rollback', ...args)
    assert.equal(code, 0)
    assert.match(out, /before 0001_emails\. What it was is kept as main-before\. Pending again: 0/)
    assert.deepEqual(await arena.rows('select id from users order by id'), [['1']])
    const { events } = await run('status', '--json')
    assert.deepEqual(events.at(-1).pending, ['0001_emails', '0002_orders'])
    assert.equal((await run('migrate')).code, 0)
    const { body } = await arena.ask('GET', `/projects/${arena.project}/branches`)
    const kept = body.branches.find(({ name }) => name === 'main-before')
    assert.equal(body.branches.find(({ name }) => name === 'main').parent_id, kept.id)
  })

  test('undo: with the loss agreed to', async () => {
    project.write({ ...drizzleFolder(migrations), ...downs })
    const question = await run('rollback', '--way', 'undo')
    assert.equal(question.code, 2)
    assert.match(question.err, /drops table orders/)
    assert.equal((await run('rollback', '--way', 'undo', '--yes')).code, 0)
    assert.deepEqual(await arena.rows("select to_regclass('orders')"), [[null]])
  })
})

describe('several in one transaction', () => {
  before(clean)

  test('they go back together, and it is said so', async () => {
    project.write(drizzleFolder(migrations))
    assert.equal((await run('migrate')).code, 0)
    const { restore, undo } = await ways()
    assert.match(restore.notes.join('\n'), /0000_users, 0001_emails went in the same transaction/)
    assert.deepEqual(restore.gone, Object.keys(migrations))
    assert.match(undo.hindrance, /without a down/)
  })

  test('an older version of the application', async () => {
    project.write(drizzleFolder(migrations))
    const verified = tags => `export const queries = { migrations: ${JSON.stringify(tags)} }\n`
    const tags = Object.keys(migrations)
    project.write({ 'v1/verified.js': verified(tags.slice(0, 1)) })
    project.write({ 'v2/verified.js': verified(tags) })
    const old = await ways('--versions', 'v1')
    assert.match(old.version.notes[0], /^v1: 2 migrations behind \(0001_emails, 0002_orders\)/)
    assert.match(old.version.hindrance, /none of the versions is known to fit/)
    const both = await ways('--versions', 'v1', 'v2')
    assert.equal(both.version.hindrance, null)
    const { code, out } = await run('rollback', '--way', 'version', '--versions', 'v1', 'v2')
    assert.equal(code, 0)
    assert.match(out, /The database stays as it is/)
    assert.equal((await run('rollback', '--versions', 'v3')).code, 1)
  })

  test('out of reach of the history', async () => {
    project.write(drizzleFolder(migrations))
    const path = `/projects/${arena.project}`
    const keep = seconds => ({ project: { history_retention_seconds: seconds } })
    await arena.ask('PATCH', path, keep(0))
    const { code, events } = await run('rollback', '--json')
    await arena.ask('PATCH', path, keep(86_400))
    assert.equal(code, 1)
    assert.match(events.at(-1).ways[1].hindrance, /out of reach/)
  })

  test('without a key, and from a database of another project', async () => {
    project.write(drizzleFolder(migrations))
    const more = { env: { NEON_API_KEY: '' } }
    const alone = await arena.run(project, ['rollback', '--json'], more)
    assert.match(alone.events.at(-1).ways[1].hindrance, /NEON_API_KEY/)
    const url = new URL(arena.dev.databaseUrl)
    url.search = ''
    const elsewhere = { env: { DATABASE_URL: url.href } }
    const other = await arena.run(project, ['rollback', '--json'], elsewhere)
    assert.match(other.events.at(-1).ways[1].hindrance, /no branch of the project has this URL/)
  })
})

describe('an older version of the application, by the queries that it has', () => {
  before(clean)

  const newer = {
    ...migrations,
    '0003_no_emails': 'alter table users drop column email;',
  }
  const source = query => `import { neon } from 'ballast'
    const sql = neon(process.env.DATABASE_URL)
    export const answer = () => sql.query('${query}')\n`

  /** What `ballast check` writes for a version that has these migrations and this query. */
  async function build(folder, count, query) {
    project.write({ ...drizzleFolder(pick(count)), 'src/app.mjs': source(query) })
    const { code, out, err } = await run('check')
    assert.equal(code, 0, out + err)
    renameSync(join(project.folder, 'ballast'), join(project.folder, folder))
  }

  test('one whose queries are still right fits, one whose column is gone does not', async () => {
    await build('v1', 1, 'select id from users')
    await build('v2', 2, 'select email from users')
    project.write(drizzleFolder(newer))
    assert.equal((await run('migrate')).code, 0)
    const { version } = await ways('--versions', 'v1', 'v2')
    assert.deepEqual(version.notes, [
      'v1: fits, although 3 migrations behind (0001_emails, 0002_orders, 0003_no_emails)',
      'v2: does not fit, 2 migrations behind (0002_orders, 0003_no_emails): ' +
        'select email from users: column "email" does not exist',
    ])
    assert.equal(version.hindrance, null)
    const { version: alone } = await ways('--versions', 'v2')
    assert.match(alone.hindrance, /none of the versions is known to fit/)
  })
})
