// A schema.ts written of a model: what Drizzle makes of it is the same model again.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { importSources } from '../support/cli-sources.mjs'
import { drizzleProject, importDrizzle, versions } from '../support/drizzle.mjs'
import { drizzleSql, startModels } from './authoring.mjs'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
let models
let source
let drizzle

before(async () => {
  source = await importSources('schema/schema-ts')
  models = await startModels()
  drizzle = await importDrizzle()
})
after(() => models?.close())

/** Writes the schema.ts of a model, and gives that with the SQL that Drizzle makes of it. */
async function roundTrip(model, version) {
  const written = source.schemaTs(model)
  const project = drizzleProject(version, { 'schema.ts': written.text })
  try {
    const { sql, notes } = drizzle.toSql(
      await drizzle.loadSchema([join(project.folder, 'schema.ts')]),
    )
    assert.deepEqual(notes, [])
    return { ...written, sql }
  } finally {
    project.remove()
  }
}

/** What TypeScript has to say against a module. */
function typeErrors(version, text) {
  const project = drizzleProject(version, {
    'schema.ts': text,
    'tsconfig.json': {
      compilerOptions: {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: 'es2022',
        module: 'esnext',
        moduleResolution: 'bundler',
        types: [],
      },
      files: ['schema.ts'],
    },
  })
  const run = spawnSync(process.execPath, [tsc, '-p', project.folder], { encoding: 'utf8' })
  project.remove()
  return run.stdout
}

for (const version of Object.keys(versions)) {
  describe(`drizzle-orm ${version}`, () => {
    test('all that Drizzle models comes back', async () => {
      const model = await models.model(drizzleSql)
      const { sql, leftOut } = await roundTrip(model, version)
      assert.deepEqual(models.difference(model, await models.model(sql)), [])
      assert.deepEqual(
        leftOut.map(({ kind, name }) => `${kind} ${name}`),
        ['extension public.vector'],
      )
    })
    test('it type-checks, also where tables lead to each other', async () => {
      const model = await models.model(`${drizzleSql}
        create table egg (id int primary key, hen int);
        create table hen (id int primary key, egg int references egg);
        alter table egg add foreign key (hen) references hen;`)
      const { text, sql } = await roundTrip(model, version)
      assert.equal(typeErrors(version, text), '')
      assert.deepEqual(models.difference(model, await models.model(sql)), [])
    })
  })
}

test('what Drizzle cannot say is listed, on top and in the result', async () => {
  const model = await models.model(
    `
    create table a (id int primary key, span int4range, n int collate "C",
      exclude using gist (span with &&));`.replace('n int collate "C"', 'n text collate "C"') +
      `
    create unique index covered on a (id) include (span);
    create table b (a int references a deferrable);
    create function f(int) returns int language sql as 'select 1';
    create table p (id int) partition by range (id);
    create table p1 partition of p for values from (1) to (2);
    comment on table a is 'two
lines'; create role idle; create sequence small as smallint; create domain positive as int`,
  )
  const { text, leftOut, sql } = await roundTrip(model, '0.45')
  const listed = leftOut.map(({ kind, name, why }) => `${kind} ${name}: ${why}`)
  assert.deepEqual(listed.sort(), [
    'column public.a.n: without COLLATE',
    'constraint public.a.a_span_excl: Drizzle has no exclusion constraints',
    'constraint public.b.b_a_fkey: Drizzle cannot say DEFERRABLE',
    'domain public.positive: Drizzle has no domain',
    'function public.f(integer): Drizzle has no function',
    'index public.a.covered: Drizzle cannot say INCLUDE',
    'role idle: no policy speaks of it',
    'sequence public.small: without its type',
    'table public.a: without its comment',
    'table public.p1: it is a partition',
    'table public.p: without PARTITION BY',
  ])
  for (const line of listed) assert.ok(text.includes(`//   ${line}\n`), line)
  const different = models.difference(model, await models.model(sql))
  const names = [
    'covered',
    'a_span_excl',
    'b_a_fkey',
    'positive',
    'f(integer)',
    'idle',
    'small',
    'p',
    'p1',
    'a',
  ]
  for (const line of different) {
    assert.ok(
      names.some(name => line.includes(`.${name}`) || line.includes(` ${name}`)),
      line,
    )
  }
})

test('names are camelCase, and say the name of the database where it differs', async () => {
  const model = await models.model(`create table "user_Accounts" (user_id int, "ALL" int, plain int,
    "a b" int, "$x" int); create table "class" (id int); create table index (id int)`)
  const text = source.writeSchemaTs(model)
  for (const part of [
    "userAccounts = pgTable('user_Accounts'",
    "userId: integer('user_id')",
    "all: integer('ALL')",
    'plain: integer()',
    "aB: integer('a b')",
    '$x: integer()',
    "classTable = pgTable('class'",
    "indexTable = pgTable('index'",
  ]) {
    assert.ok(text.includes(part), `${part}\n${text}`)
  }
})

test('an empty database is an empty module', async () => {
  assert.equal(source.writeSchemaTs({ text: '' }), '\n')
})
