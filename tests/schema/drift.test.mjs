// `ballast drift`: what a database has against what it should have.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import '../support/elaborator.mjs'
import { clear, onBoth, rows } from '../support/endpoint.mjs'
import { users, workshop } from './workshop.mjs'

let project
afterEach(() => project?.remove())

onBoth('drift', dev => {
  beforeEach(() => clear(dev()))
  const begin = files => {
    project = workshop(files, { env: { DATABASE_URL: dev().databaseUrl } })
    return project
  }

  test('equal, then not: the lines, the statements, the exit code', async () => {
    begin({ 'schema.sql': users, 'migrations/0000_users.sql': users })
    await project.expect(0, ['migrate'])
    const { events } = await project.expect(0, ['drift', '--json'])
    assert.deepEqual(events.at(-1), {
      event: 'done',
      drifted: false,
      against: [{ against: 'migrations', differences: [] }],
    })
    await rows(dev(), 'alter table users drop column metadata')
    await rows(dev(), 'create index by_hand on users (created_at)')
    const { out } = await project.expect(1, ['drift', '--sql'])
    assert.match(out, /\+ column public\.users\.metadata/)
    assert.match(out, /- index public\.by_hand/)
    assert.match(out, /ADD COLUMN metadata jsonb;/)
    assert.match(out, /DROP INDEX (CONCURRENTLY )?public\.by_hand;/)
    const json = await project.expect(1, ['drift', '--json', '--against', 'schema'])
    const { drifted, against } = json.events.at(-1)
    assert.equal(drifted, true)
    assert.equal(against[0].against, 'schema.sql')
    assert.deepEqual(Object.keys(project.all()), ['migrations/0000_users.sql', 'schema.sql'])
  })

  test('folder and schema, where the configuration names one', async () => {
    begin({
      'ballast.config.json': { schema: 'schema.sql' },
      'schema.sql': `${users}create table later (id int);`,
      'migrations/0000_users.sql': users,
    })
    await project.expect(0, ['migrate'])
    const { out } = await project.expect(1, ['drift'])
    assert.match(out, /The database is as migrations has it/)
    assert.match(out, /\+ table public\.later/)
    await project.expect(0, ['drift', '--against', 'folder'])
  })

  test('what is not compared is said', async () => {
    begin({ 'schema.sql': users, 'migrations/0000_users.sql': users })
    await project.expect(0, ['migrate'])
    await rows(
      dev(),
      'create operator public.=== (leftarg = int, rightarg = int, procedure = int4eq)',
    )
    const { err } = await project.expect(0, ['drift'])
    assert.match(err, /Not compared:\n.*operator.*===/)
  })
})
