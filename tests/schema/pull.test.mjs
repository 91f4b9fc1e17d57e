// `ballast pull`: a database's schema as a file, and as the migration that a folder begins with.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import '../support/elaborator.mjs'
import { clear, onBoth, rows } from '../support/endpoint.mjs'
import { users, workshop } from './workshop.mjs'

let project
afterEach(() => project?.remove())

const parts = [
  ...users.split(/(?<=;)\n/).filter(text => text.trim() !== ''),
  "create type mood as enum ('ok', 'it''s')",
  'create table posts (id bigint generated always as identity primary key, author text ' +
    "references users on delete cascade, mood mood default 'ok', n int check (n > 0))",
  'create index by_mood on posts (mood) where n is not null',
  'create view recent as select id, author from posts where n > 1',
  "create function twice(x int) returns int language sql as 'select 2 * x'",
  "comment on table posts is 'What people write; it''s theirs'",
  'alter table posts enable row level security',
  'create policy own on posts using (author = current_user)',
]

onBoth('pull', (dev, backend) => {
  beforeEach(async () => {
    await clear(dev())
    for (const sql of parts) await rows(dev(), sql)
  })
  const begin = (files = {}, options = {}) => {
    project = workshop(files, { ...options, env: { DATABASE_URL: dev().databaseUrl } })
    return project
  }

  test('schema.sql has all of it; with a baseline generate has nothing to do', async () => {
    begin()
    const { out } = await project.expect(0, ['pull', '--baseline'])
    assert.match(out, /Wrote schema\.sql, migrations\/0000_baseline\.sql/)
    const sql = project.read('schema.sql')
    assert.match(sql, /CREATE TABLE public\.users/)
    assert.doesNotMatch(sql, /CREATE ROLE|CREATE SCHEMA IF NOT EXISTS public/)
    assert.match((await project.expect(0, ['generate'])).out, /Nothing to do/)
    assert.match(
      (await project.expect(0, ['migrate'])).out,
      /Nothing to do: 1 migration is applied/,
    )
    await project.expect(0, ['drift'])
    assert.match((await project.expect(0, ['push'])).out, /Nothing to do/)
    assert.match((await project.expect(0, ['pull'])).out, /Nothing to do/)
    assert.match((await project.expect(1, ['pull', '--baseline'])).err, /has migrations already/)
    assert.equal(project.has('migrations/0000_baseline.down.sql'), false)
  })

  test('a file that is there is only replaced when that is said', async () => {
    begin({ 'schema.sql': '-- mine\n' })
    const { events } = await project.expect(2, ['pull', '--json'])
    assert.equal(events.at(-1).answer, '--yes')
    assert.equal(project.read('schema.sql'), '-- mine\n')
    await project.expect(0, ['pull', '--yes'])
    assert.match(project.read('schema.sql'), /CREATE TABLE public\.posts/)
    assert.match((await project.expect(1, ['pull', '--out', 'schema.json'])).err, /--out takes/)
  })

  test('a schema.ts leads where the database is', async () => {
    begin({ 'ballast.config.json': { schema: 'schema.ts' } }, { drizzle: 'drizzle-orm' })
    await project.expect(0, ['pull'])
    assert.match(project.read('schema.ts'), /pgTable\(\s*'users'/)
    await project.expect(0, ['drift', '--against', 'schema'])
    await rows(dev(), 'alter table posts add extra text')
    const { out } = await project.expect(1, ['drift', '--against', 'schema'])
    assert.match(out, /extra/, backend)
  })
})
