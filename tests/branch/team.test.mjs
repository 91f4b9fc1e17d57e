// Two developers, a clone and a branch of the database each: both add a migration, the second to
// merge is told of the fork, rebases, and there is one history that fits everywhere.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startArena } from './arena.mjs'
import { makeProject } from '../support/command.mjs'

const config = { schema: 'schema.sql', migrations: 'drizzle' }
const users = 'create table users (id int primary key, email text not null'
const identity = ['user.name=Ada', 'user.email=ada@example.com', 'init.defaultBranch=main']

let arena
let folder
let ada
let bob

before(async () => {
  arena = await startArena()
  folder = mkdtempSync(join(tmpdir(), 'ballast-team-'))
})
after(async () => {
  rmSync(folder, { recursive: true, force: true })
  await arena?.close()
})

function git(at, ...args) {
  const flags = identity.flatMap(each => ['-c', each])
  return spawnSync('git', [...flags, ...args], { cwd: at, encoding: 'utf8' })
}

function must(at, ...args) {
  const { status, stdout, stderr } = git(at, ...args)
  assert.equal(status, 0, `git ${args.join(' ')}: ${stdout}${stderr}`)
}

/** A clone as a project, with the connection string of a branch of its own. */
async function join_(name) {
  must(folder, 'clone', '-q', 'origin.git', name)
  const project = { folder: join(folder, name), write: makeWriter(join(folder, name)) }
  await command(project, ['branch', 'create', name])
  const { out } = await arena.run(project, ['branch', 'url', name], { secret: true })
  return Object.assign(project, { env: { DATABASE_URL: out.trim() } })
}

function makeWriter(at) {
  return files => {
    const made = makeProject(files)
    spawnSync('cp', ['-r', `${made.folder}/.`, at])
    made.remove()
  }
}

async function command(project, args) {
  const done = await arena.run(project, args, { env: project.env ?? {} })
  assert.equal(done.code, 0, `${args.join(' ')}: ${done.out}${done.err}`)
  return done
}

/** Changes the schema, writes the migration, applies it to the own branch, and commits. */
async function change(project, schema, name) {
  project.write({ 'schema.sql': schema })
  await command(project, ['generate', '--name', name])
  await command(project, ['migrate'])
  must(project.folder, 'add', '-A')
  must(project.folder, 'commit', '-q', '-m', name)
}

const columns = async url => {
  const sql = "select column_name from information_schema.columns where table_name = 'users'"
  return (await arena.rows(sql, url)).map(([name]) => name).sort()
}

test('a start that both clone, and a branch of the database each', async () => {
  must(folder, 'init', '-q', '--bare', 'origin.git')
  must(folder, '-C', 'origin.git', 'symbolic-ref', 'HEAD', 'refs/heads/main')
  must(folder, 'clone', '-q', 'origin.git', 'start')
  const start = { folder: join(folder, 'start'), write: makeWriter(join(folder, 'start')) }
  start.write({ 'ballast.config.json': config })
  await change(start, `${users});\n`, 'users')
  must(start.folder, 'push', '-q', 'origin', 'HEAD:main')
  ada = await join_('ada')
  bob = await join_('bob')
  for (const { env } of [ada, bob]) {
    assert.deepEqual(await columns(env.DATABASE_URL), ['email', 'id'])
  }
})

test('each adds a column, on a branch of their own', async () => {
  await change(ada, `${users}, name text);\n`, 'names')
  await change(bob, `${users}, age int);\n`, 'ages')
  assert.deepEqual(await columns(ada.env.DATABASE_URL), ['email', 'id', 'name'])
  assert.deepEqual(await columns(bob.env.DATABASE_URL), ['age', 'email', 'id'])
  assert.deepEqual(await columns(arena.dev.databaseUrl), ['email', 'id'])
  must(ada.folder, 'push', '-q', 'origin', 'HEAD:main')
})

test('who merges second is told of the fork', async () => {
  must(bob.folder, 'fetch', '-q')
  git(bob.folder, 'merge', '-q', 'origin/main')
  const { code, out, err } = await arena.run(bob, ['check'], { env: bob.env })
  assert.equal(code, 1)
  assert.match(out + err, /ballast rebase/)
})

test('rebase makes one history of both', async () => {
  // The schema is text, and a person merges it; the migrations are what rebase is for.
  bob.write({ 'schema.sql': `${users}, name text, age int);\n` })
  await command(bob, ['rebase'])
  await command(bob, ['check'])
  must(bob.folder, 'add', '-A')
  git(bob.folder, 'commit', '-q', '--no-edit', '-m', 'merge')
  must(bob.folder, 'push', '-q', 'origin', 'HEAD:main')
  must(ada.folder, 'pull', '-q', '--no-rebase', 'origin', 'main')
})

test('it applies on a fresh database and on both old ones', async () => {
  const { out } = await arena.run(bob, ['branch', 'create', 'fresh'], {})
  assert.match(out, /Made fresh/)
  const uri = await arena.run(bob, ['branch', 'url', 'fresh'], { secret: true })
  const fresh = { DATABASE_URL: uri.out.trim() }
  for (const schema of ['ballast', 'drizzle', 'public']) {
    await arena.rows(`drop schema if exists ${schema} cascade`, fresh.DATABASE_URL)
  }
  await arena.rows('create schema public', fresh.DATABASE_URL)
  const urls = [fresh, ada.env, bob.env, { DATABASE_URL: arena.dev.databaseUrl }]
  for (const env of urls) {
    await command({ folder: bob.folder, env }, ['migrate'])
    assert.deepEqual(await columns(env.DATABASE_URL), ['age', 'email', 'id', 'name'])
    const { events } = await arena.run(bob, ['status', '--json'], { env })
    const { pending, missing, edited, drift } = events.at(-1)
    assert.deepEqual([pending, missing, edited, drift], [[], [], [], false])
  }
  for (const name of ['ada', 'bob']) {
    await command(bob, ['branch', 'delete', name, '--yes'])
  }
  assert.equal(readFileSync(join(ada.folder, 'schema.sql'), 'utf8').includes('age int'), true)
})
