// `ballast export`: SQL that makes the schema, the model, and a diagram.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { importSources } from '../support/cli-sources.mjs'
import { ballast, makeProject } from '../support/command.mjs'
import '../support/elaborator.mjs'
import { rows, startEndpoint } from '../support/endpoint.mjs'
import { startModels } from './authoring.mjs'

const sql = `
create table users (id int primary key, email varchar(20) not null unique);
create table posts (id bigint primary key, author int not null references users, editor int
  references users, at timestamptz);
create table profiles (user_id int primary key references users);`

let models
let source
let project

before(async () => {
  models = await startModels()
  source = await importSources('schema/types-diagram')
})
after(() => models?.close())
beforeEach(() => {
  project = makeProject({ 'migrations/0001_all.sql': sql })
})
afterEach(() => project.remove())

test('SQL that makes the same schema', async () => {
  const { code, out } = await ballast(project, ['export'])
  assert.equal(code, 0)
  const wanted = await models.model(sql)
  const body = out.replace('CREATE SCHEMA IF NOT EXISTS public;', '')
  assert.deepEqual(models.difference(wanted, await models.model(body)), [])
  assert.ok(existsSync(join(project.folder, 'migrations/.ballast/schema.json')))
})

test('the model as JSON', async () => {
  const { code, out } = await ballast(project, ['export', '--format', 'json'])
  assert.equal(code, 0)
  const { format, objects } = JSON.parse(out)
  assert.equal(format, 1)
  assert.ok(objects.some(({ kind, name }) => kind === 'table' && name === 'users'))
})

test('a diagram', async () => {
  const { code, events } = await ballast(project, ['export', '--format', 'mermaid', '--json'])
  assert.equal(code, 0)
  assert.equal(
    events.at(-1).text,
    `erDiagram
  "posts" {
    bigint id PK
    integer author FK
    integer editor FK
    timestamptz at
  }
  "profiles" {
    integer user_id PK, FK
  }
  "users" {
    integer id PK
    varchar(20) email UK
  }
  "users" ||--o{ "posts" : "author"
  "users" |o--o{ "posts" : "editor"
  "users" ||--o| "profiles" : "user_id"
`,
  )
})

test('names that Mermaid could not read are changed', async () => {
  const text = source.writeDiagram(
    await models.model(`create schema app;
    create table app."a ""b""" ("1 x" int, "é" text, t text[]); comment on column app."a ""b""".t
    is 'say "hi" %% there'; create table none ()`),
  )
  assert.equal(
    text,
    `erDiagram
  "app.a 'b'" {
    integer _1_x
    text é
    text[] t "say 'hi'   there"
  }
  "none"
`,
  )
})

test('of a database, and of a folder that does not run', async t => {
  const dev = await startEndpoint('pglite')
  t.after(() => dev.close())
  await rows(dev, 'create table live (id int)')
  const env = { DATABASE_URL: dev.databaseUrl }
  const { code, out, err } = await ballast(project, ['export', '--from', 'database'], { env })
  assert.equal(code, 0, err)
  assert.match(out, /CREATE TABLE public\.live/)
  project.write({ 'migrations/0002_bad.sql': 'create table users ();' })
  const bad = await ballast(project, ['export'])
  assert.equal(bad.code, 1)
  assert.match(bad.err, /migrations\/0002_bad\.sql:1:\d+.*already exists/)
  const wrong = await ballast(project, ['export', '--format', 'png'])
  assert.equal(wrong.code, 1)
})
