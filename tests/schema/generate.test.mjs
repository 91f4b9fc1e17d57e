// `ballast generate` on schema.sql: what it writes, what it asks, and that it writes nothing where
// something is wrong.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, afterEach, before, describe, test } from 'node:test'
import { drizzleFolder } from '../support/command.mjs'
import '../support/elaborator.mjs'
import { clear, rows, startEndpoint } from '../support/endpoint.mjs'
import { onTerminal, users, workshop } from './workshop.mjs'

let project
afterEach(() => project?.remove())

const rename = { type: 'rename', kind: 'column', from: ['public', 'users', 'email'] }
const renamed = { ...rename, to: ['public', 'users', 'mail'] }

/** A project whose folder already leads to its schema. */
async function begun(schema = users, files = {}, options = {}) {
  project = workshop({ 'schema.sql': schema, ...files }, options)
  await project.expect(0, ['generate', '--name', 'init'])
  return project
}

describe('what is written', () => {
  test('a first migration with its way back and its snapshot', async () => {
    await begun(`create extension vector;\n${users}`)
    const up = project.read('migrations/0000_init.sql')
    assert.match(up, /CREATE EXTENSION IF NOT EXISTS vector/)
    assert.match(up, /CREATE TABLE public\.users/)
    const down = project.read('migrations/0000_init.down.sql')
    assert.match(down, /^-- Grade red, data are lost\. Lost: table public\.users\.\n/)
    assert.match(down, /DROP TABLE public\.users/)
    const { snapshot, model } = JSON.parse(project.read('migrations/.ballast/schema.json'))
    assert.equal(snapshot.format, 1)
    assert.ok(model.objects.some(({ kind, name }) => kind === 'table' && name === 'users'))
  })

  test('a second run has nothing to do, and neither loads nor writes anything', async () => {
    await begun()
    const before = project.all()
    project.delete('.ballast/dev.json')
    const { err, out } = await project.expect(0, ['generate'])
    assert.match(out, /Nothing to do/)
    assert.doesNotMatch(err, /loading/)
    assert.deepEqual(project.all(), before)
  })

  test('the review says what each statement locks and how it undoes', async () => {
    await begun()
    project.write({ 'schema.sql': users.replace('metadata', 'slug text,\n  metadata') })
    const { out } = await project.expect(0, ['generate', '--prove'])
    assert.match(out, /ADD COLUMN slug text;\n +locks public\.users \(ACCESS EXCLUSIVE\)/)
    assert.match(out, /Undoing it: red, data are lost\./)
    assert.match(project.read('migrations/0001_alter_users_slug.sql'), /ADD COLUMN slug text/)
  })

  test('the forms that let others work stand on a line of their own in a migration', async () => {
    await begun()
    project.write({ 'schema.sql': `${users}create index by_time on users (created_at);` })
    await project.expect(0, ['generate', '--name', 'by_time'])
    assert.match(project.read('migrations/0001_by_time.sql'), /CREATE INDEX CONCURRENTLY by_time/)
    project.write({ 'ballast.config.json': { online: false } })
    project.write({ 'schema.sql': `${users}create index by_age on users (created_at);` })
    await project.expect(0, ['generate', '--name', 'by_age'])
    assert.doesNotMatch(project.read('migrations/0002_by_age.sql'), /CONCURRENTLY/)
  })

  test('--dry-run prints all and writes nothing', async () => {
    project = workshop({ 'schema.sql': users })
    const { out } = await project.expect(0, ['generate', '--dry-run'])
    assert.match(out, /CREATE TABLE public\.users/)
    assert.deepEqual(Object.keys(project.all()), ['schema.sql'])
  })

  test('--custom writes an empty one, and the schema stays what it was', async () => {
    await begun()
    await project.expect(0, ['generate', '--custom', '--name', 'Fill the slugs!'])
    assert.match(project.read('migrations/0001_fill_the_slugs.sql'), /^-- /)
    const { out, err } = await project.expect(0, ['generate'])
    assert.match(out, /Nothing to do/)
    assert.equal(err, '')
  })

  test('a folder of Drizzle goes on as one', async () => {
    project = workshop({ 'schema.sql': users, ...drizzleFolder({ '0000_users': users }) })
    await project.expect(0, ['generate'])
    project.write({ 'schema.sql': users.replace('metadata', 'a int,\n b int,\n  metadata') })
    await project.expect(0, ['generate', '--name', 'two'])
    const { entries } = JSON.parse(project.read('drizzle/meta/_journal.json'))
    assert.deepEqual(
      entries.map(({ idx, tag }) => [idx, tag]),
      [
        [0, '0000_users'],
        [1, '0001_two'],
      ],
    )
    assert.ok(entries[1].when > entries[0].when)
    assert.match(project.read('drizzle/0001_two.sql'), /;--> statement-breakpoint\n/)
    assert.ok(project.has('drizzle/0001_two.down.sql'))
    assert.ok(project.has('drizzle/meta/0001_snapshot.json'))
  })

  test('folders of Drizzle 1.0, and names that begin with a time', async () => {
    project = workshop({
      'schema.sql': `${users}create table t (id int);`,
      'migrations/20240102030405_users/migration.sql': users,
    })
    await project.expect(0, ['generate', '--name', 't'])
    const tags = Object.keys(project.all()).filter(name => name.endsWith('_t/migration.sql'))
    assert.equal(tags.length, 1)
    assert.match(tags[0], /^migrations\/20\d{12}_t\/migration\.sql$/)
  })

  test('numbers go on as they have begun', async () => {
    project = workshop({
      'schema.sql': `${users}create table t (id int);`,
      'migrations/07_u.sql': users,
    })
    await project.expect(0, ['generate', '--name', 't'])
    assert.ok(project.has('migrations/08_t.sql'))
  })
})

describe('the ways there and back', () => {
  let dev
  before(async () => {
    dev = await startEndpoint('pglite')
  })
  after(() => dev?.close())

  test('what is generated applies, undoes and applies again', async () => {
    await clear(dev)
    project = workshop({ 'schema.sql': users }, { env: { DATABASE_URL: dev.databaseUrl } })
    await project.expect(0, ['generate', '--name', 'init'])
    const next = `${users.replace('email text', 'mail text').replace('metadata', 'n int, metadata')}
create view recent as select user_id from users where created_at > now() - interval '1 day';
create index by_n on users (n);`
    project.write({ 'schema.sql': next })
    await project.expect(0, ['generate', '--answers', JSON.stringify([renamed]), '--prove'])
    await project.expect(0, ['migrate'])
    assert.match((await project.expect(0, ['drift'])).out, /as migrations has it/)
    await project.expect(0, ['undo', '--to', '0000_init', '--allow-data-loss'])
    const columns = await rows(
      dev,
      "select column_name from information_schema.columns where table_name = 'users' order by 1",
    )
    assert.deepEqual(columns.flat(), ['created_at', 'email', 'metadata', 'user_id'])
    await project.expect(0, ['migrate'])
    await project.expect(0, ['drift', '--against', 'folder'])
  })
})

describe('questions', () => {
  const mail = users.replace('email text', 'mail text')

  test('without a terminal: exit code 2, the question and the flag that answers it', async () => {
    await begun()
    project.write({ 'schema.sql': mail })
    const before = project.all()
    const { events, out } = await project.expect(2, ['generate', '--json'])
    assert.deepEqual(events.at(-1).questions, [renamed], out)
    assert.equal(events.at(-1).flag, '--answers')
    assert.deepEqual(project.all(), before)
  })

  test('a rename keeps the values, and is undone by one', async () => {
    await begun()
    project.write({ 'schema.sql': mail, 'answers.json': [renamed] })
    await project.expect(0, ['generate', '--name', 'mail', '--hints', 'answers.json', '--prove'])
    const up = project.read('migrations/0001_mail.sql')
    assert.match(up, /RENAME COLUMN email TO mail/)
    assert.doesNotMatch(up, /DROP COLUMN/)
    assert.match(project.read('migrations/0001_mail.down.sql'), /RENAME COLUMN mail TO email/)
  })

  test('a creation drops the old one', async () => {
    await begun()
    project.write({ 'schema.sql': mail })
    const answer = { type: 'create', kind: 'column', entity: ['public', 'users', 'mail'] }
    const { out } = await project.expect(0, ['generate', '--answers', JSON.stringify([answer])])
    assert.match(out, /It loses column public\.users\.email/)
  })

  test('a value of an enum is asked for, and renamed both ways', async () => {
    const mood = values => `create type mood as enum (${values});
      create table people (mood mood default 'ok', check (mood <> 'ok'));`
    await begun(mood("'sad', 'ok'"))
    project.write({ 'schema.sql': mood("'sad', 'fine'").replaceAll("'ok'", "'fine'") })
    const { events, out } = await project.expect(2, ['generate', '--json'])
    const value = { kind: 'enum_value', from: ['public', 'mood', 'ok'] }
    const answer = { type: 'rename', ...value, to: ['public', 'mood', 'fine'] }
    assert.deepEqual(events.at(-1).questions, [answer], out)
    const answers = ['--answers', JSON.stringify([answer])]
    await project.expect(0, ['generate', '--name', 'fine', '--prove', ...answers])
    const up = project.read('migrations/0001_fine.sql')
    assert.match(up, /ALTER TYPE public\.mood RENAME VALUE 'ok' TO 'fine';/)
    assert.doesNotMatch(up, /CREATE TYPE|ADD VALUE/)
    assert.match(project.read('migrations/0001_fine.down.sql'), /RENAME VALUE 'fine' TO 'ok';/)
  })

  test('a table and a column in it, both renamed', async () => {
    await begun()
    project.write({ 'schema.sql': mail.replace('table users', 'table people') })
    const table = {
      type: 'rename',
      kind: 'table',
      from: ['public', 'users'],
      to: ['public', 'people'],
    }
    const column = {
      type: 'rename',
      kind: 'column',
      from: ['public', 'people', 'email'],
      to: ['public', 'people', 'mail'],
    }
    await project.expect(0, [
      'generate',
      '--name',
      'both',
      '--prove',
      '--answers',
      JSON.stringify([column, table]),
    ])
    const up = project.read('migrations/0001_both.sql')
    assert.match(up, /RENAME TO people[^]*RENAME COLUMN email TO mail/)
    assert.doesNotMatch(up, /DROP (TABLE|COLUMN)/)
    assert.match(
      project.read('migrations/0001_both.down.sql'),
      /RENAME COLUMN mail TO email[^]*RENAME TO users/,
    )
  })

  test('answers that are none, or are about nothing', async () => {
    await begun()
    project.write({ 'schema.sql': mail, 'broken.json': '{"type":' })
    const before = project.all()
    for (const given of ['broken.json', 'not-there.json', '[{"type":"rename"}]', '[1]']) {
      const { err } = await project.expect(1, ['generate', '--answers', given])
      assert.match(err, /answers/)
    }
    const wrong = { ...rename, to: ['public', 'users', 'nowhere'] }
    const answers = JSON.stringify([wrong, { type: 'create', kind: 'column', entity: renamed.to }])
    const { err } = await project.expect(1, ['generate', '--answers', answers])
    assert.match(err, /cannot be renamed to public\.users\.nowhere/)
    assert.deepEqual(project.all(), before)
  })

  test('on a terminal it is asked, and a number answers it', async () => {
    await begun()
    project.write({ 'schema.sql': mail })
    const args = ['generate', '--name', 'mail']
    const { code, text } = await onTerminal(project, args, { asks: '[1-2]', input: '2\n' })
    assert.equal(code, 0, text)
    assert.match(text, /1 {2}column public\.users\.mail is new/)
    assert.match(project.read('migrations/0001_mail.sql'), /RENAME COLUMN/)
  })
})

describe('the snapshot', () => {
  test('one that is gone, cut off, merged or of other migrations is made anew', async () => {
    await begun(`${users}create table t (id int);`)
    const name = 'migrations/.ballast/schema.json'
    const good = project.read(name)
    const spoiled = {
      gone: null,
      cut: good.slice(0, 200),
      'merge conflict': good.replace('{"kind"', '<<<<<<< ours\n{"kind"'),
      'other migrations': good.replace(/"folder":"\w{8}/, '"folder":"00000000'),
      'not as it was written': good.replace('"name":"t"', '"name":"u"'),
    }
    for (const [why, text] of Object.entries(spoiled)) {
      if (text === null) rmSync(project.path(name))
      else project.write({ [name]: text })
      const { err, out } = await project.expect(0, ['generate'])
      assert.match(out, /Nothing to do/, why)
      if (why.includes(' ')) assert.match(err, new RegExp(why))
      assert.equal(project.read(name).split('\n').length, good.split('\n').length, why)
    }
  })

  test('migrations that run alone, fill rows and speak of roles that are not there', async () => {
    project = workshop({
      'schema.sql': `${users}create index by_time on users (created_at);
grant select on users to reader;`,
      'migrations/0000_a.sql': users,
      'migrations/0001_b.sql':
        'create index concurrently by_time on users (created_at);\nvacuum users;\n' +
        "update users set metadata = '{}' where /* ballast:batch key=(user_id) */ true;\n" +
        'grant select on users to reader;',
    })
    const { out } = await project.expect(0, ['generate'])
    assert.match(out, /Nothing to do/)
  })
})

describe('bad input, after which nothing is written', () => {
  const cases = {
    'a mistake in schema.sql': {
      files: { 'schema.sql': `${users}\ncreate tabel t (id int);` },
      says: /schema\.sql:8:8: error 42601: syntax error at or near "tabel"/,
    },
    'a mistake that shows when a statement runs': {
      files: {
        'schema.sql': `${users}\ncreate table b (id int references users (email, user_id));`,
      },
      says: /schema\.sql:8:\d+: error 42830/,
    },
    'an extension that PGlite has not': {
      files: { 'schema.sql': '-- geo\ncreate extension postgis;' },
      says: /schema\.sql:2:1: error 0A000: the extension "postgis" cannot be loaded/,
    },
    'no schema at all': { files: {}, says: /nothing says what the schema shall be/ },
    'a schema that is not there': {
      files: { 'ballast.config.json': { schema: 'db/*.sql' } },
      says: /there is no schema at db\/\*\.sql/,
    },
    'a file that is no text': {
      files: { 'schema.sql': 'select \0' },
      says: /schema\.sql is not a text in UTF-8/,
    },
    'a command to psql': {
      files: { 'schema.sql': `${users}\n\\connect other\n` },
      says: /for psql/,
    },
    'a journal that names a file that is gone': {
      files: { 'schema.sql': users, ...gap() },
      says: /0001_b/,
    },
    'migrations that do not run': {
      files: {
        'schema.sql': users,
        'migrations/0000_a.sql': 'select 1;\nalter table nowhere add x int;',
      },
      says: /migrations\/0000_a\.sql:2:\d+: error 42P01/,
    },
    'a name that no file can have': {
      files: { 'schema.sql': users },
      args: ['--name', '///'],
      says: /--name takes a name/,
    },
  }

  function gap() {
    const files = drizzleFolder({ '0000_a': users, '0001_b': 'select 1;' })
    delete files['drizzle/0001_b.sql']
    return files
  }

  for (const [title, { files, args = [], says }] of Object.entries(cases)) {
    test(title, async () => {
      project = workshop(files)
      const before = project.all()
      const { err } = await project.expect(1, ['generate', ...args])
      assert.match(err, says)
      assert.deepEqual(project.all(), before)
    })
  }
})

test('names that would break out of their quotes', async () => {
  const hostile = `create schema "a""b; drop table users; --";
create table "a""b; drop table users; --"."t' $$ -- x" ("user" int, "Ünï;" text default 'it''s');
create table "select" ("from" int primary key, "--> statement-breakpoint" int);
comment on table "select" is 'a
-- ballast:commit
line';`
  await begun(hostile)
  await project.expect(0, ['generate', '--prove'])
  project.write({ 'schema.sql': hostile.replace('"from" int', '"from" bigint') })
  await project.expect(0, ['generate', '--prove', '--name', 'wider'])
  assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
})
