// The commands against a real PostgreSQL: runs that race, builds that take long, roles.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import pg from 'pg'
import { ballast, drizzleFolder, makeProject, startBallast } from '../support/command.mjs'
import { startEndpoint } from '../support/endpoint.mjs'
import { startPostgres } from '../support/postgres.mjs'

let server
let admin
let database
let dev
let project
let env
let count = 0

before(async () => {
  server = await startPostgres()
  admin = new pg.Client({ connectionString: server.url })
  await admin.connect()
})
after(async () => {
  await admin?.end()
  await server?.stop()
})
beforeEach(async () => {
  const name = `cli_${process.pid}_${count++}`
  await admin.query(`create database ${name}`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  dev = await startEndpoint('postgres', { server: { url: url.href } })
  database = new pg.Client({ connectionString: url.href })
  await database.connect()
  env = { DATABASE_URL: dev.databaseUrl }
  project = makeProject()
})
afterEach(async () => {
  project.remove()
  const { database: name } = database
  await database.end()
  await dev.close()
  await admin.query(`drop database ${name} with (force)`)
})

const run = (args, options = {}) => ballast(project, args, { env, ...options })

test('two runs at once: each migration once, and the loser says so', async () => {
  const migrations = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [
      `000${index}_t`,
      `create table t${index} (id int);\nselect pg_sleep(0.05);`,
    ]),
  )
  project.write(drizzleFolder(migrations))
  const results = await Promise.all([run(['migrate', '--json']), run(['migrate', '--json'])])
  for (const { code, out, err } of results) assert.equal(code, 0, out + err)
  const [one, two] = results.map(({ events }) => events.at(-1))
  assert.deepEqual([...one.applied, ...two.applied].sort(), Object.keys(migrations))
  for (const { applied, others } of [one, two]) {
    assert.equal(new Set([...applied, ...others]).size, applied.length + others.length)
  }
  const third = await run(['migrate'])
  assert.equal(third.out, 'Nothing to do: 6 migrations are applied.\n')
})

test('the loser says it in words', async () => {
  project.write(drizzleFolder({ '0000_slow': 'create table t ();\nselect pg_sleep(2);' }))
  const first = startBallast(project, ['migrate'], { env })
  await new Promise(resolve => setTimeout(resolve, 1200))
  const second = await run(['migrate', '--lock-timeout', '10s'])
  assert.equal(await first.ended, 0, first.err)
  assert.equal(second.code, 0, second.err)
  assert.match(first.out, /^Applied 1 migration/)
  assert.equal(second.out, '0000_slow: applied by another run\n')
})

test('an index built concurrently tells how far it is', async () => {
  await database.query('create table big as select g as id from generate_series(1, 400000) g')
  project.write(drizzleFolder({ '0000_big': 'create index concurrently big_id on big (id);' }))
  // A transaction that began before keeps the build waiting until it ends.
  await database.query('begin isolation level repeatable read')
  await database.query('select 1 from big limit 1')
  const building = startBallast(project, ['migrate', '--json'], { env })
  const before = Date.now()
  while (!building.out.includes('"event":"progress"') && Date.now() - before < 20_000) {
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  const status = await run(['status'])
  await database.query('commit')
  assert.equal(await building.ended, 0, building.err)
  assert.match(building.out, /"event":"started","tag":"0000_big"/)
  assert.match(building.out, /"event":"progress","tag":"0000_big"/)
  assert.match(status.out, /^ {2}running {2}0000_big {2}CREATE INDEX: /m)
})

test('a lock that is held for long: waiting is told, then how to wait longer', async () => {
  await database.query('create table held (id int)')
  project.write(drizzleFolder({ '0000_held': 'alter table held add column a int;' }))
  await database.query('begin')
  await database.query('lock table held in access share mode')
  const waiting = startBallast(project, ['migrate', '--lock-timeout', '100ms'], { env })
  while (!waiting.err.includes('A lock is held') && waiting.child.exitCode === null) {
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  await database.query('commit')
  assert.equal(await waiting.ended, 0, waiting.err)
  assert.match(waiting.err, /A lock is held by somebody else \(55P03\); trying again in/)
})

test('Ctrl-C during a statement: it says what to do, and the next run goes on', async () => {
  project.write(drizzleFolder({ '0000_a': 'create table a ();', '0001_b': 'select pg_sleep(3);' }))
  const stopped = startBallast(project, ['migrate'], { env })
  await new Promise(resolve => setTimeout(resolve, 1500))
  stopped.child.kill('SIGINT')
  assert.equal(await stopped.ended, 1)
  assert.match(stopped.err, /error BH005: /)
  assert.match(stopped.err, /`ballast status` shows what is applied/)
  const { code, err } = await run(['migrate'])
  assert.equal(code, 0, err)
})

test('a role without rights is told about a role of its own', async () => {
  const role = `weak_${process.pid}`
  await admin.query(`create role ${role} login password 'markerpassword3'`)
  try {
    project.write(drizzleFolder({ '0000_a': 'create table a ();' }))
    await database.query(`grant create on database ${database.database} to ${role}`)
    await database.query('revoke create on schema public from public')
    const url = new URL(server.url)
    Object.assign(url, { username: role, password: 'markerpassword3' })
    url.pathname = `/${database.database}`
    const weak = await startEndpoint('postgres', { server: { url: url.href } })
    try {
      const result = await run(['migrate'], { env: { DATABASE_URL: weak.databaseUrl } })
      assert.equal(result.code, 1)
      assert.match(result.err, /^drizzle\/0000_a\.sql:1:14: error 42501: permission denied for sc/m)
      assert.match(result.err, /Migrations want a role of their own/)
      assert.doesNotMatch(result.out + result.err, /markerpassword3/)
    } finally {
      await weak.close()
    }
  } finally {
    await database.query(`drop owned by ${role}`)
    await admin.query(`drop role ${role}`)
  }
})
