/**
 * The example Worker with the two roles that its README sets up: the migrator's owns the tables,
 * the application's reads and writes rows. An endpoint for each, over one PostgreSQL.
 */
import assert from 'node:assert/strict'
import { neon } from 'ballast'
import { expectMigration } from 'ballast/expect'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { rows, startEndpoint } from '../support/endpoint.mjs'
import { startWorker } from '../support/miniflare.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { top } from '../support/source.mjs'
import { bindingsOf, jsonClient, migrate } from '../support/worker.mjs'

/** The SQL of the README, for the database of the tests. */
function setUp() {
  const text = readFileSync(join(top, 'worker/README.md'), 'utf8')
  const blocks = [...text.matchAll(/(?:^ {4}.*;\n)+/gm)].map(([block]) => block)
  return blocks.map(block =>
    block
      .replaceAll('database neondb', 'database postgres')
      .split(/;\s*/)
      .map(statement => statement.trim())
      .filter(Boolean),
  )
}

describe('two roles', () => {
  const endpoints = []
  let server, worker, owner, migrator, app

  const open = async user => {
    const url = new URL(server.url)
    if (user !== undefined) url.username = user
    const endpoint = await startEndpoint('postgres', { server: { ...server, url: url.href } })
    endpoints.push(endpoint)
    return endpoint
  }

  before(async () => {
    // One of our own, whose roles are gone with it.
    server = await startPostgres({ settings: { max_connections: 60 } })
    owner = await open()
    const [asOwner, asMigrator] = setUp()
    for (const statement of asOwner) await rows(owner, statement)
    migrator = await open('migrator')
    for (const statement of asMigrator) await rows(migrator, statement)
    app = await open('app')
    const bindings = { ...bindingsOf(app), MIGRATE_DATABASE_URL: migrator.databaseUrl }
    worker = await startWorker({ entry: 'worker/src/index.ts', bindings })
  })

  after(async () => {
    await worker?.dispose()
    for (const endpoint of endpoints) await endpoint.close()
    await server?.stop()
  })

  it('the migrator makes the tables, the application uses them', async () => {
    await migrate(worker, { vector: false })
    const call = jsonClient(worker)
    const { status } = await call('POST', '/users', { user_id: 'ada', email: 'ada@example.com' })
    assert.equal(status, 201)
    assert.equal((await call('GET', '/users')).body.users.length, 1)
    const tables = `select tableowner from pg_tables where tablename in ('users', 'journal')`
    assert.deepEqual(await rows(owner, tables), [['migrator'], ['migrator']])
  })

  it('the status shows the timeouts of the migrator', async () => {
    const headers = { authorization: 'Bearer token-for-tests' }
    const { role } = await (await worker.fetch('/ballast/migrate', { headers })).json()
    assert.deepEqual([role.name, role.lockTimeout, role.statementTimeout],
      ['migrator', '3s', '5min'])
  })

  it('the application can neither change a table nor the journal', async () => {
    for (const statement of [
      'create table mine (id int)',
      'alter table users add column more text',
      'drop table users',
      `insert into ballast.journal select * from ballast.journal`,
      'delete from ballast.journal',
    ]) {
      await assert.rejects(neon(app.databaseUrl).query(statement), { code: '42501' }, statement)
    }
  })

  it('the application may ask which migrations are applied', async () => {
    const sql = neon(app.databaseUrl)
    await expectMigration(sql, '0000_users')
    await assert.rejects(expectMigration(sql, '0002_documents'), { code: 'BM008' })
  })
})
