// The snapshots of Drizzle, written from models: drizzle-kit must read them as its own.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { importSources } from '../support/cli-sources.mjs'
import { importDrizzle } from '../support/drizzle.mjs'
import { planBetween } from '../support/planner.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { drizzleSql, journalOf, kitProject, startModels } from './authoring.mjs'

const kit = createRequire(import.meta.url)('drizzle-kit/api')
const empty = { text: '' }
let models
let source
let drizzle
let project

before(async () => {
  source = await importSources('schema/schema-ts', 'schema/drizzle-snapshot')
  models = await startModels()
  drizzle = await importDrizzle()
})
after(() => models?.close())
beforeEach(() => {
  project = kitProject()
})
afterEach(() => project.remove())

const json = file => JSON.parse(readFileSync(join(project.folder, file), 'utf8'))
const out = () => join(project.folder, 'drizzle')
const write = (format, tag, from, to) => source.writeDrizzleSnapshot(out(), format, tag, from, to)
const drizzleKit = command =>
  project.kit(
    command,
    '--dialect',
    'postgresql',
    '--out',
    'drizzle',
    ...(command === 'generate' ? ['--schema', 'schema.ts'] : []),
  )

/** The schema.ts of a model, loaded: what it exports. */
async function exportsOf(model) {
  project.write({ 'schema.ts': source.writeSchemaTs(model) })
  const { modules } = await drizzle.loadSchema([join(project.folder, 'schema.ts')])
  return modules[0].exports
}

const handWritten = `
  import { sql, gt } from 'drizzle-orm'
  import * as pg from 'drizzle-orm/pg-core'
  const { pgTable, pgEnum, pgRole, pgPolicy, pgView, text, integer, timestamp, jsonb } = pg
  export const app = pg.pgSchema('app')
  export const mood = pgEnum('mood', ['sad', 'ok'])
  export const staff = pgRole('staff'), idle = pgRole('idle')
  export const notes = app.table('notes', {
    id: pg.serial().primaryKey(), body: text().default("it's").notNull(), ownerName: text(),
    meta: jsonb().default({ b: [1], a: null }),
    seenAt: timestamp({ withTimezone: true }).default(new Date(0)),
    tags: text().array().array().default([['a', 'b"c']]), moods: mood().array(),
    size: pg.numeric({ mode: 'number' }).default(0),
    big: pg.bigint({ mode: 'number' }).default(7),
    day: pg.date({ mode: 'date' }).default(new Date(0)),
    upper: text().generatedAlwaysAs(sql\`upper(body)\`), lang: pg.char({ length: 2 }),
  }, t => [
    pg.check('short', sql\`length(\${t.body}) < 10\`), pg.unique().on(t.body, t.ownerName),
    pg.index().on(t.ownerName, t.seenAt.desc()), pg.index('some').on(sql\`lower(\${t.body})\`)
      .where(sql\`\${t.id} > 1\`),
    pgPolicy('own', { to: [staff, 'current_user'], using: sql\`\${t.ownerName} = current_user\` }),
  ])
  export const pairs = pgTable('pairs', { a: integer().references(() => notes.id), b: integer() },
    t => [pg.primaryKey({ columns: [t.a, t.b] })])
  export const recent = pgView('recent').as(q => q.select().from(notes).where(gt(notes.id, 5)))`

/** Without what is new every time; undefined members are as good as none. */
const plain = ({ id, prevId, ...rest }) => JSON.parse(JSON.stringify(rest))

describe('v7', () => {
  test('it is what drizzle-kit itself makes of the same schema', async () => {
    const model = await models.model(drizzleSql)
    await write('v7', '0000_all', empty, model)
    const ours = json('drizzle/meta/0000_snapshot.json')
    const theirs = kit.generateDrizzleJson(await exportsOf(model))
    assert.deepEqual(plain(ours), plain(theirs))
    assert.equal(ours.prevId, '00000000-0000-0000-0000-000000000000')
    assert.equal(Object.keys(ours.tables).length, 5)
  })

  test('drizzle-kit opens a folder, and an unchanged schema has nothing to generate', async () => {
    const first = await models.model('create table a (id serial primary key, n int check (n > 0))')
    const second = await models.model(drizzleSql)
    await write('v7', '0000_a', empty, first)
    await write('v7', '0001_all', first, second)
    project.write({
      'drizzle/meta/_journal.json': journalOf(['0000_a', '0001_all']),
      'drizzle/0000_a.sql': 'select 1',
      'drizzle/0001_all.sql': 'select 1',
      'schema.ts': source.writeSchemaTs(second),
    })
    const before = json('drizzle/meta/0000_snapshot.json')
    assert.equal(json('drizzle/meta/0001_snapshot.json').prevId, before.id)
    assert.match(drizzleKit('check').text, /Everything's fine/)
    assert.match(drizzleKit('generate').text, /No schema changes/)
    assert.deepEqual(readdirSync(join(out(), 'meta')).length, 3)
  })

  test('what did not change stays as drizzle-kit wrote it', async () => {
    const head = `import { sql } from 'drizzle-orm'
      import { check, index, integer, jsonb, pgTable, pgView, text, timestamp }
        from 'drizzle-orm/pg-core'
      `
    const body = more => `${head}
      export const notes = pgTable('notes', {
        id: integer().primaryKey(), body: text().default('x'),
        meta: jsonb().default({ b: 1, a: 2 }),
        at: timestamp().default(new Date(0)), tags: text().array().default(['a'])${more}
      }, t => [
        check('body_is_short', sql\`length(\${t.body}) < 10\`),
        index('odd').on(t.at).where(sql\`\${t.id} > 1\`),
      ])
      export const names = pgView('names').as(q => q.select({ id: notes.id }).from(notes))`
    const sqlOf = async () => {
      const loaded = await drizzle.loadSchema([join(project.folder, 'schema.ts')])
      return drizzle.toSql(loaded).sql
    }
    project.write({ 'schema.ts': body('') })
    assert.match(drizzleKit('generate').text, /Your SQL migration/)
    const from = await models.model(await sqlOf())
    project.write({ 'schema.ts': body(', added: integer().notNull()') })
    const to = await models.model(await sqlOf())
    const journal = json('drizzle/meta/_journal.json')
    journal.entries.push({ ...journal.entries[0], idx: 1, when: Date.now(), tag: '0001_added' })
    project.write({ 'drizzle/meta/_journal.json': journal, 'drizzle/0001_added.sql': 'select 1' })
    await write('v7', '0001_added', from, to)
    assert.match(drizzleKit('generate').text, /No schema changes/)
    const { columns, checkConstraints } = json('drizzle/meta/0001_snapshot.json').tables[
      'public.notes'
    ]
    assert.equal(checkConstraints.body_is_short.value, 'length("notes"."body") < 10')
    assert.deepEqual(columns.added, {
      name: 'added',
      type: 'integer',
      primaryKey: false,
      notNull: true,
    })
  })

  test('beside a schema.ts it has the words of that one', async () => {
    project.write({ 'schema.ts': handWritten })
    const modules = await drizzle.loadSchema([join(project.folder, 'schema.ts')])
    const model = await models.model(drizzle.toSql(modules, { casing: 'snake_case' }).sql)
    const said = { modules, casing: 'snake_case' }
    await source.writeDrizzleSnapshot(out(), 'v7', '0000_a', empty, model, said)
    project.write({
      'drizzle/meta/_journal.json': journalOf(['0000_a']),
      'drizzle/0000_a.sql': 'select 1',
    })
    const theirs = kit.generateDrizzleJson(
      modules.modules[0].exports,
      undefined,
      undefined,
      'snake_case',
    )
    const ours = json('drizzle/meta/0000_snapshot.json')
    assert.deepEqual(ours.tables, plain(theirs).tables)
    const run = project.kit(
      'generate',
      '--dialect',
      'postgresql',
      '--out',
      'drizzle',
      '--schema',
      'schema.ts',
      '--casing',
      'snake_case',
    )
    assert.match(run.text, /No schema changes/)
  })

  test('drizzle-kit migrates a folder that has our snapshots', async t => {
    const server = await startPostgres()
    t.after(() => server.stop())
    const first = await models.model('create table kit_a (id serial primary key)')
    const second = await models.model(
      "create type kit_mood as enum ('x'); create table kit_a (id serial primary key, m kit_mood)",
    )
    await write('v7', '0000_a', empty, first)
    await write('v7', '0001_b', first, second)
    const settings = { postgres: 17, separator: '--> statement-breakpoint\n' }
    project.write({
      'drizzle/meta/_journal.json': journalOf(['0000_a', '0001_b']),
      'drizzle/0000_a.sql': planBetween(empty, first, settings).script,
      'drizzle/0001_b.sql': planBetween(first, second, settings).script,
      'drizzle.config.json': {
        dialect: 'postgresql',
        out: 'drizzle',
        schema: 'schema.ts',
        dbCredentials: { url: server.url },
      },
      'schema.ts': source.writeSchemaTs(second),
    })
    const { code, text } = project.kit('migrate')
    assert.equal(code, 0, text)
    assert.match(text, /migrations applied successfully/)
    assert.match(project.kit('generate').text, /No schema changes/)
  })
})

describe('1.0', () => {
  const snapshot = tag => json(`drizzle/${tag}/snapshot.json`)
  const tags = ['20260101000000_a', '20260102000000_b', '20260103000000_c']

  test('v9: a base, then only what changed', async () => {
    const first = await models.model('create table a (id int, n int default 1); create table b ()')
    const second = await models.model('create table a (id int, n text); create table c (id int)')
    await write('v9', tags[0], empty, first)
    await write('v9', tags[1], first, second)
    const [base, diff] = [snapshot(tags[0]), snapshot(tags[1])]
    assert.deepEqual([base.type, diff.type], ['base', 'diff'])
    assert.deepEqual(diff.prevIds, [base.id])
    assert.deepEqual(diff.deltas.map(({ op, key, row }) => `${op} ${key ?? row.name}`).sort(), [
      'alter columns\u0000["public","a","n"]',
      'create c',
      'create id',
      'drop tables\u0000["public","b"]',
    ])
    const altered = diff.deltas.find(({ op }) => op === 'alter')
    assert.deepEqual(altered.set, { type: 'text', default: null })
    assert.deepEqual(diff.footprints.map(({ statementType }) => statementType).sort(), [
      'alter_column',
      'create_table',
      'drop_table',
    ])
    await write('v9', tags[2], second, second)
    const last = snapshot(tags[2])
    assert.deepEqual([last.deltas, last.footprints, last.prevIds], [[], [], [diff.id]])
  })

  test('v8: all rows each time', async () => {
    const first = await models.model('create table a (id int primary key)')
    const second = await models.model('create table a (id int primary key, n int)')
    await write('v8', tags[0], empty, first)
    await write('v8', tags[1], first, second)
    const { version, prevIds, ddl } = snapshot(tags[1])
    assert.deepEqual([version, prevIds], ['8', [snapshot(tags[0]).id]])
    assert.deepEqual(ddl.map(({ entityType, name }) => `${entityType} ${name}`).sort(), [
      'columns id',
      'columns n',
      'pks a_pkey',
      'tables a',
    ])
  })

  test('two heads are the parents of what comes next', async () => {
    const first = await models.model('create table a (id int)')
    const second = await models.model('create table a (id int); create table b ()')
    await write('v9', tags[0], empty, first)
    await write('v9', tags[1], first, second)
    const branch = { ...snapshot(tags[1]), id: 'other' }
    project.write({ [`drizzle/20260102000001_x/snapshot.json`]: branch })
    await write('v9', tags[2], second, second)
    assert.deepEqual(snapshot(tags[2]).prevIds.sort(), [branch.id, snapshot(tags[1]).id].sort())
  })
})

test('what Drizzle does not model is in no snapshot', async () => {
  const model = await models.model(`
    create table a (id int, span int4range, exclude using gist (span with &&));
    create index covered on a (id) include (span);
    create function f() returns int language sql as 'select 1';
    create domain positive as int check (value > 0);
    create table p (id int) partition by range (id);
    create table p1 partition of p for values from (1) to (2);
    comment on table a is 'words'`)
  const made = await source.drizzleSnapshot(out(), 'v7', '0000_a', empty, model)
  const { tables } = JSON.parse(made.text)
  assert.deepEqual(Object.keys(tables), ['public.a', 'public.p'])
  assert.deepEqual(tables['public.a'].indexes, {})
  assert.doesNotMatch(made.text, /covered|positive|words|p1/)
  assert.equal(await source.drizzleSnapshot(out(), 'plain', '0000_a', empty, model), null)
})

test('a snapshot with the marks of a conflict is named', async () => {
  const model = await models.model('create table a (id int)')
  mkdirSync(join(out(), 'meta'), { recursive: true })
  writeFileSync(join(out(), 'meta/0000_snapshot.json'), '<<<<<<< HEAD\n{}')
  await assert.rejects(write('v7', '0001_b', model, model), /0000_snapshot\.json is no JSON/)
})
