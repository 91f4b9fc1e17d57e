// `ballast generate`, `push` and `drift` on a Drizzle schema, with drizzle-kit's own configuration.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import '../support/elaborator.mjs'
import { clear, rows, startEndpoint } from '../support/endpoint.mjs'
import { workshop } from './workshop.mjs'

const config = `export default {
  dialect: 'postgresql',
  schema: './src/schema.ts',
  out: './drizzle',
  migrations: { schema: 'kept', table: 'runs' },
  dbCredentials: { url: process.env.APP_URL },
}
`
const schema = `import { sql } from 'drizzle-orm'
import { check, index, integer, pgEnum, pgTable, text } from 'drizzle-orm/pg-core'
export const mood = pgEnum('mood', ['ok', "it's"])
export const users = pgTable('users', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  email: text().notNull().unique(),
  mood: mood().default('ok'),
}, t => [index('by_mood').on(t.mood), check('long', sql\`length(\${t.email}) > 3\`)])
`

let project
afterEach(() => project?.remove())

const begin = (files = {}, options = {}) => {
  const all = {
    'package.json': { type: 'module' },
    'drizzle.config.ts': config,
    'src/schema.ts': schema,
    ...files,
  }
  project = workshop(all, { drizzle: 'drizzle-orm', ...options })
  return project
}

describe('generate', () => {
  test('what a schema throws when it was loaded long ago is shown with its place', async () => {
    for (const code of [
      "setTimeout(() => { throw new Error('too late') }, 1)",
      "const work = async () => { await null; throw new Error('too late') }; work()",
    ]) {
      begin({ 'src/schema.ts': `${schema}\n// A word of its own.\n${code}\n` })
      const { events } = await project.expect(1, ['generate', '--json'])
      const { file, line, message } = events.at(-1)
      assert.deepEqual([file, line, message], ['src/schema.ts', 11, 'too late'])
      project.remove()
    }
    project = undefined
  })

  test('a new folder is one of the drizzle-orm that the project has', async () => {
    begin()
    await project.expect(0, ['generate', '--name', 'init', '--prove'])
    const { entries } = JSON.parse(project.read('drizzle/meta/_journal.json'))
    assert.deepEqual(
      entries.map(({ tag }) => tag),
      ['0000_init'],
    )
    assert.ok(project.has('drizzle/meta/0000_snapshot.json'))
    project.delete('.ballast/dev.json')
    const { out, err } = await project.expect(0, ['generate'])
    assert.match(out, /Nothing to do: drizzle leads to what src\/schema\.ts says/)
    assert.doesNotMatch(err, /loading/)
    project.remove()
    begin({}, { drizzle: 'drizzle-orm-rc' })
    await project.expect(0, ['generate', '--name', 'init', '--prove'])
    const made = Object.keys(project.all()).filter(name => name.startsWith('drizzle/2'))
    assert.deepEqual(
      made.map(name => name.split('/').at(-1)),
      ['down.sql', 'migration.sql', 'snapshot.json'],
    )
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
  })

  test('two databases, each with a configuration of its own', async () => {
    begin({
      'config/drizzle-queue.config.ts': `export default {
  dialect: 'postgresql', schema: './src/queue.ts', out: './queue', casing: 'snake_case',
}`,
      'src/queue.ts': `import { integer, pgTable } from 'drizzle-orm/pg-core'
export const jobs = pgTable('jobs', { runAt: integer() })
`,
      'ours.json': { migrations: 'queue', schema: 'config/drizzle-queue.config.ts' },
    })
    const named = ['--config', 'config/drizzle-queue.config.ts']
    await project.expect(0, ['generate', '--name', 'init'])
    await project.expect(0, ['generate', '--name', 'jobs', ...named])
    assert.match(project.read('queue/0000_jobs.sql'), /run_at/)
    assert.ok(project.has('drizzle/0000_init.sql'))
    assert.match((await project.expect(0, ['generate', ...named])).out, /Nothing to do: queue/)
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do: drizzle/)
    // Paths of our own are relative to the file; those of drizzle-kit within it are to that one.
    const { err } = await project.expect(1, ['generate', '--config', 'ours.json'])
    assert.match(err, /there is no file with a schema at \.\/src\/queue\.ts/)
    const gone = await project.expect(1, ['generate', '--config', 'gone.config.ts'])
    assert.match(gone.err, /gone\.config\.ts cannot be read: ENOENT/)
  })

  test('what Drizzle cannot say stays as a migration of the project made it', async () => {
    begin()
    await project.expect(0, ['generate', '--name', 'init'])
    await project.expect(0, ['generate', '--custom', '--name', 'extra'])
    project.write({
      'drizzle/0001_extra.sql': `create function shout() returns trigger language plpgsql as
  $$ begin new.email := upper(new.email); return new; end $$;
create trigger shout before insert on users for each row execute function shout();
create domain short as text check (length(value) < 9);
comment on table users is 'everybody';
grant select on users to reader;
alter table users force row level security;
alter table users alter column email set storage external;`,
    })
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
    project.write({ 'src/schema.ts': schema.replace('mood: mood', 'n: integer(), mood: mood') })
    const { events } = await project.expect(0, ['generate', '--json', '--name', 'n', '--prove'])
    assert.deepEqual(
      events.at(-1).statements.map(({ sql }) => sql),
      ['ALTER TABLE public.users ADD COLUMN n integer'],
    )
    // Where its table goes, a trigger cannot stay.
    project.write({ 'src/schema.ts': schema.replaceAll("'users'", "'people'") })
    const answer = [{ type: 'create', kind: 'table', entity: ['public', 'people'] }]
    await project.expect(0, ['generate', '--name', 'people', '--answers', JSON.stringify(answer)])
    assert.match(project.read('drizzle/0003_people.sql'), /DROP TABLE public\.users/)
  })

  test('what the schema uses and a migration of the project makes', async () => {
    begin({ 'src/schema.ts': schema })
    await project.expect(0, ['generate', '--custom', '--name', 'first'])
    project.write({
      'drizzle/0000_first.sql': `create extension "uuid-ossp";
create domain short as text check (length(value) < 9);
create function next_id() returns text language sql as $$ select uuid_generate_v4()::text $$;`,
      'src/schema.ts': `import { customType, pgTable, text } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
export const notes = pgTable('notes', {
  id: text().primaryKey().default(sql\`next_id()\`),
  title: customType({ dataType: () => 'short' })(),
})
`,
    })
    const { events } = await project.expect(0, ['generate', '--json', '--name', 'n', '--prove'])
    assert.deepEqual(
      events.at(-1).statements.map(({ object }) => object),
      ['table public.notes'],
    )
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
    // What nobody makes is still missing.
    project.write({ 'drizzle/0000_first.sql': '' })
    const { err } = await project.expect(1, ['generate'])
    assert.match(err, /src\/schema\.ts: error 42704: .*"title".*: type "short" does not exist/)
  })

  test('extensions that were made by hand', async () => {
    const text = `import { sql } from 'drizzle-orm'
import { pgTable, uuid, vector } from 'drizzle-orm/pg-core'
export const notes = pgTable('notes', {
  id: uuid().primaryKey().default(sql\`uuid_generate_v4()\`),
  meaning: vector({ dimensions: 3 }),
})
`
    begin({
      'src/schema.ts': text,
      'drizzle/0000_notes.sql': `create table notes
  (id uuid primary key default uuid_generate_v4(), meaning vector(3));`,
      'drizzle/meta/_journal.json': {
        version: '7',
        dialect: 'postgresql',
        entries: [{ idx: 0, version: '7', when: 1, tag: '0000_notes', breakpoints: true }],
      },
    })
    const { out, err } = await project.expect(0, ['generate'])
    assert.match(out, /Nothing to do/)
    assert.match(err, /do not make what they use: uuid-ossp, vector/)
    // Also where the schema no longer uses them.
    project.write({ 'src/schema.ts': text.replace(/^  meaning.*$/m, '') })
    const { events } = await project.expect(0, ['generate', '--json', '--name', 'less'])
    assert.deepEqual(
      events.at(-1).statements.map(({ sql }) => sql),
      ['ALTER TABLE public.notes DROP COLUMN meaning'],
    )
  })

  test('only what the filters let through counts', async () => {
    const filtered = config.replace("schema: './src", "tablesFilter: ['app_*'], schema: './src")
    const app = schema.replaceAll("'users'", "'app_users'")
    begin({
      'drizzle.config.ts': filtered,
      'src/schema.ts': app,
      'drizzle/0000_other.sql':
        'create table others (id int primary key, t text); create index on others (t);',
      'drizzle/meta/_journal.json': {
        version: '7',
        dialect: 'postgresql',
        entries: [{ idx: 0, version: '7', when: 1, tag: '0000_other', breakpoints: true }],
      },
    })
    await project.expect(0, ['generate', '--name', 'app', '--prove'])
    assert.doesNotMatch(project.read('drizzle/0001_app.sql'), /others/)
  })

  test('a table that something else makes', async () => {
    const text = `import { pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
const auth = pgSchema('auth')
const owners = auth.table('owners', { id: text().primaryKey() })
export const things = pgTable('things', {
  id: text().primaryKey(),
  owner: text().references(() => owners.id),
})
`
    begin({ 'src/schema.ts': text })
    await project.expect(0, ['generate', '--name', 'things'])
    const up = project.read('drizzle/0000_things.sql')
    assert.match(up, /REFERENCES auth\.owners/)
    assert.doesNotMatch(up, /CREATE (TABLE auth|SCHEMA)/)
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
    // Nor is it missed where the folder has to be run anew.
    project.delete('drizzle/.ballast/schema.json')
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
    assert.doesNotMatch(project.read('drizzle/.ballast/schema.json'), /"name":"owners"/)
  })
})

describe('what cannot be loaded says where, and nothing is written', () => {
  const cases = {
    'a schema that does not parse': {
      files: { 'src/schema.ts': `${schema}\nexport const x = {` },
      says: /src\/schema\.ts:10:\d+: error/,
    },
    'an import that is not there': {
      files: { 'src/schema.ts': `import './gone'\n${schema}` },
      says: /src\/schema\.ts:1:\d+: error: Could not resolve "\.\/gone"/,
    },
    'a schema that throws': {
      files: { 'src/schema.ts': `${schema}\nthrow new Error('not today')` },
      says: /src\/schema\.ts:10:\d+: error: Error: not today/,
    },
    'what PostgreSQL refuses': {
      files: { 'src/schema.ts': schema.replace('length(', 'lenght(') },
      says: /src\/schema\.ts: error 42883: .*"long" of table "users": function lenght/,
    },
    'a configuration of another database': {
      files: { 'drizzle.config.ts': config.replace('postgresql', 'mysql') },
      says: /the dialect is "mysql"/,
    },
  }
  for (const [title, { files, says }] of Object.entries(cases)) {
    test(title, async () => {
      begin(files)
      const all = project.all()
      const { err } = await project.expect(1, ['generate'])
      assert.match(err, says)
      assert.deepEqual(project.all(), all)
    })
  }
})

describe('with the database that its configuration names', () => {
  let dev
  before(async () => {
    dev = await startEndpoint('pglite', { password: 'kitpassword1' })
  })
  after(() => dev?.close())

  test('migrate, drift and push', async () => {
    await clear(dev)
    begin({}, { env: { APP_URL: dev.databaseUrl } })
    await project.expect(0, ['generate', '--name', 'init'])
    await project.expect(0, ['migrate'])
    assert.deepEqual(await rows(dev, 'select count(*) from kept.runs'), [['1']])
    const { out, err } = await project.expect(0, ['drift'])
    assert.match(out, /as drizzle has it[^]*as src\/schema\.ts has it/)
    project.write({ 'src/schema.ts': schema.replace("['ok'", "['ok', 'fine'") })
    const pushed = await project.expect(0, ['push'])
    assert.match(pushed.out, /'fine'/)
    assert.doesNotMatch(out + err + pushed.out + pushed.err, /kitpassword1/)
    await project.expect(1, ['drift', '--against', 'folder'])
  })

  test('schemas that only others name are left to them', async () => {
    await clear(dev)
    begin({}, { env: { APP_URL: dev.databaseUrl } })
    await rows(dev, 'create schema queue')
    await rows(dev, 'create table queue.jobs (id int)')
    await rows(dev, 'create table leftover (id int)')
    const allow = ['--allow', 'deletes-data']
    const { out } = await project.expect(0, ['push', ...allow])
    assert.match(out, /DROP TABLE public\.leftover/)
    assert.doesNotMatch(out, /queue/)
    await project.expect(0, ['drift', '--against', 'schema'])
    // A filter that names it says whose it is.
    project.write({
      'drizzle.config.ts': config.replace('out:', "schemaFilter: ['public', 'queue'], out:"),
    })
    assert.match((await project.expect(0, ['push', ...allow])).out, /DROP SCHEMA queue/)
  })
})
