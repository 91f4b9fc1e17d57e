// The commands against `ballast dev` on PGlite: what they print and how they end.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { ballast, drizzleFolder, makeProject } from '../support/command.mjs'
import { clear, rows, startEndpoint } from '../support/endpoint.mjs'

const password = 'markerpassword1'
const users = `create table users (
  user_id text primary key,
  email text not null
);
--> statement-breakpoint
create index users_email on users (email);
`
const posts = 'create table posts (id bigint primary key, author text references users (user_id));'

let dev
let project
let env
let printed

before(async () => {
  dev = await startEndpoint('pglite', { password })
})
after(() => dev?.close())
beforeEach(async () => {
  await clear(dev)
  env = { MIGRATE_DATABASE_URL: dev.databaseUrl }
  project = makeProject(drizzleFolder({ '0000_users': users, '0001_posts': posts }))
  printed = ''
})
afterEach(() => {
  project.remove()
  assert.doesNotMatch(printed, new RegExp(password), 'the password was printed')
})

async function run(args, more = {}) {
  const result = await ballast(project, args, { ...more, env: { ...env, ...more.env } })
  printed += result.out + result.err
  return result
}

/** The table names of the database. */
async function tables() {
  const found = await rows(
    dev,
    "select tablename from pg_tables where schemaname = 'public' order by 1",
  )
  return found.map(([name]) => name)
}

describe('migrate', () => {
  test('applies, says what, and then has nothing to do', async () => {
    const first = await run(['migrate'])
    assert.equal(first.code, 0, first.err)
    assert.match(first.err, /^2 migrations to apply\.\n/)
    assert.match(first.err, /^applied 0001_posts \(/m)
    assert.match(first.out, /^Applied 2 migrations in .*: 0000_users, 0001_posts\n$/)
    assert.deepEqual(await tables(), ['posts', 'users'])
    const second = await run(['migrate'])
    assert.deepEqual(
      [second.code, second.out, second.err],
      [0, 'Nothing to do: 2 migrations are applied.\n', ''],
    )
  })
  test('--json is an event a line, the last one done', async () => {
    const { code, err, events } = await run(['migrate', '--json'])
    assert.deepEqual([code, err], [0, ''])
    assert.deepEqual(events[0], {
      event: 'plan', pending: ['0000_users', '0001_posts'], applied: 0, unknown: [],
    })
    const last = events.at(-1)
    assert.equal(last.event, 'done')
    assert.deepEqual(last.applied, ['0000_users', '0001_posts'])
  })
  test('reads the URL of .dev.vars, and of the environment first', async () => {
    project.write({ '.dev.vars': `DATABASE_URL="${dev.databaseUrl}"\n`, '.env': 'DATABASE_URL=no' })
    const own = await run(['migrate'], { env: { MIGRATE_DATABASE_URL: '' } })
    assert.equal(own.code, 0, own.err)
    project.write({ 'other.env': `THEIRS=${dev.databaseUrl}\n` })
    const args = ['migrate', '--env-file', 'other.env', '--url-env', 'THEIRS']
    const named = await run(args, { env: { MIGRATE_DATABASE_URL: '' } })
    assert.equal(named.out, 'Nothing to do: 2 migrations are applied.\n')
  })
  test('--dry-run prints the SQL and applies nothing', async () => {
    const { code, out, err } = await run(['migrate', '--dry-run'])
    assert.equal(code, 0)
    assert.match(out, /^-- Request 1 of \d: one transaction \(0000_users/)
    assert.match(out, /^-- drizzle\/0000_users\.sql:6\ncreate index users_email on users/m)
    assert.match(err, /Nothing was applied\./)
    assert.deepEqual(await tables(), [])
    const { events } = await run(['migrate', '--dry-run', '--json'])
    assert.deepEqual(events.at(-1).pending, ['0000_users', '0001_posts'])
  })
})

describe('errors', () => {
  test('a syntax error: file, line, column, and nothing is sent', async () => {
    project.write({ 'drizzle/0001_posts.sql': 'select 1;\ncreate tabel posts (id int);\n' })
    const { code, out, err } = await run(['migrate'])
    assert.deepEqual([code, out], [1, ''])
    assert.equal(
      err,
      `drizzle/0001_posts.sql:2:8: error 42601: syntax error at or near "tabel"
  2 | create tabel posts (id int);
    |        ^
`,
    )
    assert.deepEqual(await tables(), [])
  })
  test('two files with mistakes are both named, with annotations in GitHub Actions', async () => {
    project.write({
      'drizzle/0000_users.sql': 'create tabel users ();',
      'drizzle/0001_posts.sql': 'begin;\ncreate table posts ();\ncommit;',
    })
    const { code, err } = await run(['bundle'], { env: { GITHUB_ACTIONS: 'true' } })
    assert.equal(code, 1)
    assert.match(err, /^drizzle\/0000_users\.sql:1:8: error 42601: /m)
    assert.match(err, /^drizzle\/0001_posts\.sql:1:1: error BM104: /m)
    assert.match(err, /^::error file=drizzle\/0000_users\.sql,line=1,col=8::syntax error at or n/m)
  })
  test('a constraint that the rows break', async () => {
    assert.equal((await run(['migrate'])).code, 0)
    await rows(dev, "insert into users values ('a', 'x@y'), ('b', 'x@y') returning 1")
    const text = '-- Emails are unique.\ncreate unique index users_email_key\n  on users (email);\n'
    project.write(drizzleFolder({
      '0000_users': users, '0001_posts': posts, '0002_tags': 'create table tags ();',
      '0003_unique': text,
    }))
    const { code, err } = await run(['migrate'], { env: { GITHUB_ACTIONS: 'true' } })
    assert.equal(code, 1)
    assert.match(
      err,
      /^drizzle\/0003_unique\.sql:2:1: error 23505: could not create unique index "users_email/m,
    )
    assert.match(err, /^ {2}2 \| create unique index users_email_key\n {4}\| \^$/m)
    assert.match(err, /^ {2}detail: Key \(email\)=\(x@y\) is duplicated\.$/m)
    assert.match(err, /^ {2}Applied before, and stays: 0002_tags\.$/m)
    assert.match(err, /^ {2}Mend it and run `ballast migrate` again\.$/m)
    assert.match(
      err,
      /^::error file=drizzle\/0003_unique\.sql,line=2,col=1::could not create unique index "use/m,
    )
    const { code: again, events } = await run(['migrate', '--json'])
    assert.equal(again, 1)
    const { event, code: state, tag, file, line, applied, pending } = events.at(-1)
    assert.deepEqual(
      { event, state, tag, file, line, applied, pending },
      {
        event: 'error', state: '23505', tag: '0003_unique', file: 'drizzle/0003_unique.sql',
        line: 2, applied: [], pending: ['0003_unique'],
      },
    )
  })
  test('an edited file; comments do not count', async () => {
    await run(['migrate'])
    project.write({ 'drizzle/0001_posts.sql': `-- The posts.\n\n${posts}` })
    assert.equal((await run(['migrate'])).code, 0)
    project.write({ 'drizzle/0001_posts.sql': posts.replace('bigint', 'int') })
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /error BM004: a migration was edited after it was applied: .*0001_posts/)
    const status = await run(['status'])
    assert.equal(status.code, 1)
    assert.match(status.out, /^ {2}edited {3}0001_posts /m)
  })
  test('a missing file, and --allow-missing', async () => {
    const last = { '0002_tags': 'create table tags ();' }
    project.write(drizzleFolder({ '0000_users': users, '0001_posts': posts, ...last }))
    await run(['migrate'])
    project.write(drizzleFolder({ '0000_users': users, ...last })).delete('drizzle/0001_posts.sql')
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /error BM005: a migration that was applied is missing .*: 0001_posts/)
    assert.match(err, /--allow-missing/)
    assert.equal((await run(['migrate', '--allow-missing'])).code, 0)
    const status = await run(['status'])
    assert.equal(status.code, 1)
    assert.match(status.out, /^ {2}missing {2}0001_posts /m)
  })
  test('a fork of history', async () => {
    await run(['migrate'])
    const other = { '0000_users': users, '0001_tags': 'create table tags (id int);' }
    project.write(drizzleFolder(other)).delete('drizzle/0001_posts.sql')
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /error BM006: the history has forked: the database has .*0001_posts/)
    assert.deepEqual(await tables(), ['posts', 'users'])
    assert.equal((await run(['migrate', '--allow-missing'])).code, 0)
    assert.deepEqual(await tables(), ['posts', 'tags', 'users'])
  })
  test('another environment', async () => {
    assert.equal((await run(['migrate', '--environment', 'staging'])).code, 0)
    const { code, err } = await run(['migrate', '--environment', 'production'])
    assert.equal(code, 1)
    assert.match(err, /error BM003: the database belongs to another environment: .*staging/)
    assert.match(err, /--claim-environment/)
    const claim = await run(['migrate', '--environment', 'production', '--claim-environment'])
    assert.equal(claim.code, 0, claim.err)
    assert.match((await run(['status'])).out, /^environment production, PostgreSQL /)
  })
  test('linear order', async () => {
    project.write({ 'ballast.config.json': { order: 'linear' } })
    await run(['migrate'])
    const late = { '0000_users': users, '0000_zz': 'create table z ();', '0001_posts': posts }
    project.write(drizzleFolder(late))
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /error BM007: .*0000_zz/)
    const { code: then } = await run(['migrate', '--order', 'non-linear'])
    assert.equal(then, 0)
  })
  test('a role with a password is created, and the password is not printed', async () => {
    const secret = 'create role helper login password \'markerpassword1\';\nselect 1 / 0;\n'
    project.write(drizzleFolder({ '0000_role': secret }))
    project.delete('drizzle/0000_users.sql').delete('drizzle/0001_posts.sql')
    for (const more of [[], ['--json'], ['--dry-run'], ['--dry-run', '--json']]) {
      await run(['migrate', ...more])
    }
    assert.match(printed, /22012/)
  })
  test('a wrong password of the database', async () => {
    const wrong = dev.databaseUrl.replace(password, 'othermarker2')
    const { code, out, err } = await run(['migrate'], { env: { MIGRATE_DATABASE_URL: wrong } })
    assert.equal(code, 1)
    assert.match(err, /Check user and password/)
    assert.doesNotMatch(out + err, /othermarker2|postgresql:\/\/[^*]/)
  })
})

describe('bundle', () => {
  const file = () => join(project.folder, 'ballast/bundle.js')
  test('writes a module and its declarations, and only when they change', async () => {
    const first = await run(['bundle'])
    assert.deepEqual([first.code, first.err], [0, ''])
    assert.match(first.out, /^ {2}0000_users {2}2 statements, 1 segment, no down$/m)
    assert.match(first.out, /ballast\/bundle\.js written: 2 migrations\.\n$/)
    const { bundle } = await import(file())
    assert.deepEqual(bundle.migrations.map(({ tag }) => tag), ['0000_users', '0001_posts'])
    const types = readFileSync(join(project.folder, 'ballast/bundle.d.ts'), 'utf8')
    assert.match(types, /^import type \{ Bundle \} from 'ballast\/migrate'$/m)
    utimesSync(file(), 1, 1)
    const { out } = await run(['bundle'])
    assert.match(out, /ballast\/bundle\.js is up to date: 2 migrations\./)
    assert.equal(statSync(file()).mtimeMs, 1000)
  })
  test('--check', async () => {
    const missing = await run(['bundle', '--check'])
    assert.equal(missing.code, 1)
    assert.equal(
      missing.err,
      'ballast: error: ballast/bundle.js and ballast/bundle.d.ts are not up to date\n' +
        '  Run `ballast bundle`, and commit what it writes.\n',
    )
    assert.equal(existsSync(file()), false)
    await run(['bundle'])
    assert.equal((await run(['bundle', '--check'])).code, 0)
    project.write({ 'drizzle/0001_posts.sql': `${posts}\nselect 1;` })
    const stale = await run(['bundle', '--check'])
    assert.equal(stale.code, 1)
    assert.match(stale.err, /^ballast: error: ballast\/bundle\.js is not up to date\n/)
  })
  test('warnings name their file, and end nothing', async () => {
    project.write({ 'drizzle/0009_stray.sql': 'select 1;' })
    const { code, err, events } = await run(['bundle', '--json'], {
      env: { GITHUB_ACTIONS: 'true' },
    })
    assert.equal(code, 0)
    const { event, file: name, line, message } = events[0]
    assert.deepEqual([event, name, line], ['warning', 'drizzle/0009_stray.sql', 1])
    assert.match(message, /does not name this file/)
    assert.match(err, /^::warning file=drizzle\/0009_stray\.sql,line=1::/)
    assert.match((await run(['bundle'])).err, /^drizzle\/0009_stray\.sql:1: warning: /)
  })
  test('a journal that is none', async () => {
    project.write({ 'drizzle/meta/_journal.json': '{ "entries": [' })
    const { code, err } = await run(['bundle'])
    assert.equal(code, 1)
    assert.match(err, /^drizzle\/meta\/_journal\.json.*: error BM202: /)
  })
  test('--out and --json', async () => {
    const { code, events } = await run(['bundle', '--out', 'src/b.mjs', '--json'])
    assert.equal(code, 0)
    const { event, file: name, types, changed, hash, migrations } = events.at(-1)
    assert.deepEqual([event, name, types, changed], ['done', 'src/b.mjs', 'src/b.d.mts', true])
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.equal(migrations[0].statements, 2)
    assert.equal((await run(['bundle', '--out', 'b.ts'])).code, 1)
  })
})

describe('status', () => {
  test('before, between and after', async () => {
    const before = await run(['status'])
    assert.equal(before.code, 0, before.err)
    assert.match(before.out, /^ {2}pending {2}0000_users$/m)
    await run(['migrate'], { env: { GITHUB_ACTOR: 'octocat', GITHUB_SHA: 'c0ffee' } })
    const late = drizzleFolder({ '0000_users': users, '0001_posts': posts, '0002_x': 'select 1;' })
    project.write(late)
    const { code, out, err } = await run(['status'])
    assert.equal(code, 0)
    assert.match(
      out,
      /^ {2}applied {2}0000_users {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}by octocat {2}c0ffee$/m,
    )
    assert.match(out, /^ {2}pending {2}0002_x$/m)
    assert.match(out, /^Timeouts of the role: lock 0, /m)
    assert.match(err, /warning: the role \w+ has no lock_timeout: .*Run: alter role "\w+" set lock/)
  })
  test('--expect', async () => {
    const before = await run(['status', '--expect', '0001_posts'])
    assert.equal(before.code, 1)
    assert.match(before.err, /0001_posts is not applied, and was expected to be\./)
    await run(['migrate'])
    const { code, events } = await run(['status', '--expect', '0001_posts', '--json'])
    assert.equal(code, 0)
    assert.deepEqual([events.at(-1).event, events.at(-1).expect], ['done', true])
  })
})

describe('undo', () => {
  const downs = { 'drizzle/0001_posts.down.sql': 'drop table posts;' }
  test('without a down', async () => {
    await run(['migrate'])
    const { code, err } = await run(['undo', '--to', '0000_users'])
    assert.equal(code, 1)
    assert.match(err, /error BM009: it cannot be undone, since it was applied without a down: .*01/)
    assert.match(err, /Write its down migration/)
    assert.deepEqual(await tables(), ['posts', 'users'])
  })
  test('one that loses data needs an answer', async () => {
    project.write(downs)
    await run(['migrate'])
    const { code, err } = await run(['undo', '--to', '0000_users'])
    assert.equal(code, 2)
    assert.match(err, /^Undoing 0001_posts loses data:\n {2}.*drops table posts/m)
    assert.match(err, /To say yes, run it again with --allow-data-loss\./)
    const asked = await run(['undo', '--to', '0000_users', '--json'])
    assert.equal(asked.code, 2)
    const { event, code: why, tags, loses, answer } = asked.events.at(-1)
    assert.deepEqual(
      [event, why, tags, answer],
      ['question', 'BM010', ['0001_posts'], '--allow-data-loss'],
    )
    assert.match(loses[0], /drops table/)
    assert.deepEqual(await tables(), ['posts', 'users'])
    const done = await run(['undo', '--to', '0000_users', '--allow-data-loss'])
    assert.equal(done.code, 0, done.err)
    assert.match(done.out, /^Undid 1 migration in .*: 0001_posts\n$/)
    assert.deepEqual(await tables(), ['users'])
    const nothing = await run(['undo', '--to', '0000_users'])
    assert.deepEqual(
      [nothing.code, nothing.out],
      [0, 'Nothing to undo: no migration after 0000_users is applied.\n'],
    )
    assert.match((await run(['migrate'])).out, /^Applied 1 migration in .*: 0001_posts/)
  })
  test('one that loses nothing needs none; --dry-run shows it', async () => {
    const index = 'create index i on users (email);'
    project.write(drizzleFolder({ '0000_users': users, '0001_index': index }))
    project.delete('drizzle/0001_posts.sql')
    project.write({ 'drizzle/0001_index.down.sql': 'drop index i;' })
    await run(['migrate'])
    const dry = await run(['undo', '--to', '0000_users', '--dry-run'])
    assert.equal(dry.code, 0, dry.err)
    assert.match(dry.out, /^-- drizzle\/0001_index\.down\.sql:1\ndrop index i;$/m)
    const { code, out } = await run(['undo', '--to', '0000_users'])
    assert.equal(code, 0)
    assert.match(out, /^Undid 1 migration/)
  })
  test('an unknown tag', async () => {
    await run(['migrate'])
    const { code, err } = await run(['undo', '--to', '0009_no'])
    assert.equal(code, 1)
    assert.match(err, /error BM016: there is no migration 0009_no/)
  })
})

describe('baseline', () => {
  test('needs an answer, and marks without running', async () => {
    const asked = await run(['baseline', '--to', '0000_users'])
    assert.equal(asked.code, 2)
    assert.match(asked.err, /1 migration would be marked as applied without being run: 0000_use/)
    assert.match(asked.err, /To say yes, run it again with --yes\./)
    const { code, out } = await run(['baseline', '--to', '0000_users', '--yes'])
    assert.equal(code, 0)
    assert.equal(out, 'Marked 1 migration as applied: 0000_users\n')
    assert.deepEqual(await tables(), [])
    const status = await run(['status'])
    assert.match(status.out, /^ {2}applied {2}0000_users {2}.* marked/m)
    assert.match(status.out, /^ {2}pending {2}0001_posts$/m)
    const { code: unknown } = await run(['baseline', '--to', 'nothing', '--yes'])
    assert.equal(unknown, 1)
  })
  test('is what a database with the tables already is told about', async () => {
    await rows(dev, 'create table users (user_id text primary key, email text not null)')
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /error 42P07: /)
    assert.match(err, /`ballast baseline` marks them as applied/)
  })
})
