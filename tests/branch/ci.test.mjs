// The steps that `ballast init --ci` writes, each of them run: those of the workflow for GitHub,
// and the same as plain commands.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { after, before, beforeEach, describe, test } from 'node:test'
import { migrationEndpoint } from 'ballast/migrate'
import { parse } from 'yaml'
import { makeProject } from '../support/command.mjs'
import { mustHide, startArena } from './arena.mjs'

const cli = fileURLToPath(new URL('../../bindings/cli/dist/cli.js', import.meta.url))
const token = 'token-of-the-migrator'
const users = 'create table users (id int primary key'

let arena
let project
let workflow
let migrator
let bin

/** Programs that stand in for what CI has; each writes down what it was called with. */
function standIns(folder) {
  mkdirSync(folder)
  const scripts = {
    npx: `[ "$1" = ballast ] && { shift; exec "${process.execPath}" "${cli}" "$@"; }
echo "$@" >> "$TRACE"`,
    npm: 'echo "npm $*" >> "$TRACE"; [ "$1" = ci ] || [ -n "$DATABASE_URL" ]',
    gh: 'echo "gh $*" >> "$TRACE"; cat preview.md > comment.md',
  }
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, name), 0o755)
  }
}

/** A migrator as wrangler would deploy it: of the bundle that is on disk when it is deployed. */
async function startMigrator() {
  const state = { endpoint: undefined, environment: 'production' }
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, headers, url } = request
    const body = method === 'POST' ? Buffer.concat(chunks) : undefined
    const init = { method, headers, body }
    const env = { url: arena.dev.databaseUrl, token, environment: state.environment }
    const waits = []
    const context = { waitUntil: promise => waits.push(promise) }
    const reply = await state.endpoint(new Request(`http://localhost${url}`, init), env, context)
    response.writeHead(reply.status, Object.fromEntries(reply.headers))
    for await (const chunk of reply.body ?? []) response.write(chunk)
    response.end()
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    state,
    url: `http://127.0.0.1:${server.address().port}/`,
    async deploy() {
      const file = join(project.folder, 'worker/src/ballast/bundle.js')
      const { bundle } = await import(`${pathToFileURL(file).href}?${Math.random()}`)
      state.endpoint = migrationEndpoint(bundle, {
        url: env => env.url,
        environment: env => env.environment,
        tokens: { apply: env => env.token },
      })
    },
    close: () => new Promise(resolve => server.close(resolve).closeAllConnections()),
  }
}

const git = (...args) => {
  const flags = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com']
  const run = spawnSync('git', [...flags, ...args], { cwd: project.folder, encoding: 'utf8' })
  assert.equal(run.status, 0, run.stderr)
}

/** The schema, its migration and its bundle, as a commit. */
async function commit(schema, name, message) {
  project.write({ 'schema.sql': schema })
  for (const args of [['generate', '--name', name], ['bundle']]) {
    const { code, err } = await arena.run(project, args)
    assert.equal(code, 0, err)
  }
  git('add', '-A')
  git('commit', '-q', '-m', message)
}

before(async () => {
  arena = await startArena()
  project = makeProject({ 'package.json': { name: 'shop', private: true, type: 'module' } })
  bin = join(project.folder, 'bin')
  standIns(bin)
  git('init', '-q')
  for (const ci of ['github', 'plain']) {
    const { code, err } = await arena.run(project, ['init', '--ci', ci])
    assert.equal(code, 0, err)
  }
  workflow = parse(readFileSync(join(project.folder, '.github/workflows/database.yml'), 'utf8'))
  migrator = await startMigrator()
  await commit(`${users});\n`, 'users', 'users')
  await migrator.deploy()
})
after(async () => {
  await migrator?.close()
  project?.remove()
  await arena?.close()
})
beforeEach(() => writeFileSync(trace(), ''))

const trace = () => join(project.folder, 'bin/trace')
const called = () => readFileSync(trace(), 'utf8').trim().split('\n').filter(line => line !== '')

/** What GitHub puts in the place of its expressions. */
const values = () => ({
  'vars.NEON_PROJECT_ID': arena.project,
  'vars.MIGRATE_URL': migrator.url,
  'secrets.NEON_API_KEY': arena.key,
  'secrets.BALLAST_MIGRATE_TOKEN': token,
  'secrets.DRIFT_DATABASE_URL': arena.dev.databaseUrl,
  'secrets.CLOUDFLARE_API_TOKEN': 'unused',
  'secrets.CLOUDFLARE_ACCOUNT_ID': 'unused',
  'github.token': 'unused',
  'github.event.number': '12',
})

function filled(env = {}) {
  const known = values()
  return Object.fromEntries(
    Object.entries(env).map(([name, text]) => [
      name,
      String(text).replace(/\$\{\{ (\S+) \}\}/g, (_, key) => {
        assert.ok(key in known, `${key} is documented nowhere`)
        return known[key]
      }),
    ]),
  )
}

async function shell(command, env) {
  const child = spawn('bash', ['-e', '-c', command], {
    cwd: project.folder,
    env: {
      ...{ HOME: process.env.HOME, NEON_API_HOST: arena.env.NEON_API_HOST, TRACE: trace() },
      ...{ PATH: `${bin}${delimiter}${process.env.PATH}`, ...env },
    },
  })
  let text = ''
  child.stdout.on('data', chunk => (text += chunk))
  child.stderr.on('data', chunk => (text += chunk))
  const code = await new Promise(resolve => child.on('close', resolve))
  mustHide(text)
  assert.ok(!text.includes(token))
  return { code, text }
}

/** Runs the steps of a job whose conditions hold; gives the exit code of the first that fails. */
async function job(name, more = {}) {
  const { steps, env } = workflow.jobs[name]
  const file = join(project.folder, 'bin/env')
  writeFileSync(file, '')
  let failed = 0
  let log = ''
  for (const step of steps) {
    if (step.run === undefined) continue
    const set = Object.fromEntries(
      readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map(line => line.split('=')),
    )
    const order = /^env\.ORDER == '(\w+)'$/.exec(step.if ?? '')?.[1]
    if (order !== undefined && set.ORDER !== order) continue
    if (failed !== 0 && !/^always\(\)/.test(step.if ?? '')) continue
    const all = { ...filled(env), ...filled(step.env), ...set, GITHUB_ENV: file, ...more }
    const { code, text } = await shell(step.run, all)
    log += text
    if (failed === 0) failed = code
  }
  return { code: failed, log }
}

describe('the workflow for GitHub', () => {
  test('no step has an expression in its command, and no job more rights than it needs', () => {
    assert.deepEqual(workflow.permissions, { contents: 'read' })
    for (const { steps, permissions = {} } of Object.values(workflow.jobs)) {
      for (const { run = '' } of steps) assert.ok(!run.includes('${{'), run)
      assert.ok(['read', undefined].includes(permissions.contents))
    }
    assert.match(workflow.jobs.preview.if, /head\.repo\.full_name == github\.repository/)
    for (const name of ['deploy', 'drift']) {
      assert.equal(workflow.jobs[name].environment, 'production')
    }
  })

  test('check', async () => {
    const { code, log } = await job('check')
    assert.equal(code, 0, log)
    assert.deepEqual(called(), ['npm ci'])
  })

  test('check: a bundle that is not that of the folder', async () => {
    const file = join(project.folder, 'worker/src/ballast/bundle.js')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replace('users', 'losers'))
    assert.equal((await job('check')).code, 1)
    writeFileSync(file, text)
  })

  test('preview: a branch, the tests, a comment', async () => {
    const { code, log } = await job('preview')
    assert.equal(code, 0, log)
    assert.deepEqual(called(), [
      'npm ci',
      'npm test',
      'gh pr comment 12 --body-file preview.md --edit-last --create-if-none',
    ])
    assert.match(readFileSync(join(project.folder, 'comment.md'), 'utf8'), /: passed\n/)
    assert.deepEqual(await arena.names(), ['main'])
  })

  test('deploy: what is added goes before the code', async () => {
    const { code, log } = await job('deploy')
    assert.equal(code, 0, log)
    assert.deepEqual(called(), [
      'npm ci',
      'wrangler deploy --config migrator/wrangler.jsonc',
      'wrangler deploy',
    ])
    assert.deepEqual(await arena.rows("select to_regclass('users') is not null"), [['t']])
  })

  test('deploy: a migrator of another bundle is refused, and the code does not go', async () => {
    await commit(`${users}, email text);\n`, 'emails', 'emails')
    const { code, log } = await job('deploy')
    assert.notEqual(code, 0)
    assert.match(log, /BM002|another than the caller expects/)
    assert.ok(!called().includes('wrangler deploy'))
    await migrator.deploy()
    assert.equal((await job('deploy')).code, 0)
  })

  test('deploy: a migrator of another environment is refused', async () => {
    migrator.state.environment = 'staging'
    const { code } = await job('deploy')
    migrator.state.environment = 'production'
    assert.notEqual(code, 0)
    assert.ok(!called().includes('wrangler deploy'))
  })

  test('deploy: what is taken away goes after the code', async () => {
    git('commit', '-q', '--allow-empty', '-m', 'drop\n\nMigrate: after')
    assert.equal((await job('deploy')).code, 0)
    assert.deepEqual(called().slice(1), [
      'wrangler deploy',
      'wrangler deploy --config migrator/wrangler.jsonc',
    ])
  })

  test('deploy: never by a preview URL', async () => {
    const MIGRATE_URL = 'https://0a1b2c3d-shop-migrator.ada.workers.dev/'
    const { code, log } = await job('deploy', { MIGRATE_URL })
    assert.equal(code, 1)
    assert.match(log, /is a preview URL/)
    assert.deepEqual(called(), ['npm ci'])
    const settings = readFileSync(join(project.folder, 'migrator/wrangler.jsonc'), 'utf8')
    assert.match(settings, /"preview_urls": false/)
  })

  test('drift', async () => {
    assert.equal((await job('drift')).code, 0)
    await arena.rows('alter table users add stray text')
    const { code, log } = await job('drift')
    assert.equal(code, 1)
    assert.match(log, /stray/)
    await arena.rows('alter table users drop stray')
  })
})

describe('the plain commands', () => {
  const run = (what, env = {}) => shell(`sh ballast-ci.sh ${what}`, env)

  test('check, preview, deploy and drift do the same', async () => {
    assert.equal((await run('check')).code, 0)
    const key = { NEON_API_KEY: arena.key, NEON_PROJECT_ID: arena.project }
    assert.equal((await run('preview', key)).code, 0)
    assert.ok(existsSync(join(project.folder, 'preview.md')))
    const deploy = { MIGRATE_URL: migrator.url, BALLAST_MIGRATE_TOKEN: token }
    git('commit', '-q', '--allow-empty', '-m', 'more')
    writeFileSync(trace(), '')
    const done = await run('deploy', deploy)
    assert.equal(done.code, 0, done.text)
    assert.deepEqual(called(), [
      'wrangler deploy --config migrator/wrangler.jsonc',
      'wrangler deploy',
    ])
    assert.equal((await run('drift', { DATABASE_URL: arena.dev.databaseUrl })).code, 0)
    const MIGRATE_URL = 'https://0a1b2c3d-shop-migrator.ada.workers.dev'
    assert.equal((await run('deploy', { ...deploy, MIGRATE_URL })).code, 1)
    assert.equal((await run('')).code, 2)
  })
})

test('all that was asked of the API was as its file says', () => arena.mustConform())
