// The package as it would be published, in the hosts and bundlers that people have.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Miniflare } from 'miniflare'
import { ONE } from '../support/wire.mjs'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const sources = join(root, 'tests/fixtures')
const work = join(root, 'build/packaging')
const bin = join(root, 'node_modules/.bin')
const env = { ...process.env, CI: 'true', WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' }
const expected = {
  row: { n: 1 }, inTransaction: { n: 1 }, viaDrizzle: [{ n: 1 }], failure: 'BN', migration: 'BN',
  viaList: { n: 1 }, schema: 'BQ',
}

let server
let databaseUrl
let tarball

before(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { queries } = JSON.parse(body)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(queries ? { results: queries.map(() => ONE) } : ONE))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  databaseUrl = `postgresql://user:secret@127.0.0.1:${server.address().port}/main`
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', work], {
    cwd: join(root, 'bindings/client'),
  })
  const [{ filename, files }] = JSON.parse(stdout)
  tarball = { path: join(work, filename), files: files.map(file => file.path) }
})

after(() => new Promise(resolve => server.close(resolve).closeAllConnections()))

async function manifest() {
  return JSON.parse(await readFile(join(root, 'bindings/client/package.json'), 'utf8'))
}

/** A copy of a fixture with the packed package in its node_modules. */
async function install(name, copy = name) {
  const folder = join(work, copy)
  const target = join(folder, 'node_modules/ballast')
  await cp(join(sources, name), folder, { recursive: true })
  await cp(join(sources, 'check.mjs'), join(folder, 'check.mjs'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  await mkdir(target, { recursive: true })
  await run('tar', ['-xzf', tarball.path, '-C', target, '--strip-components=1'])
  // The rest is found in the folders above, as in a workspace.
  await symlink(join(root, 'node_modules/drizzle-orm'), join(folder, 'node_modules/drizzle-orm'))
  return folder
}

/** Runs a built Worker in workerd and returns what its check says. */
async function runWorker(folder, flags) {
  const modules = []
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name)
    if (name.endsWith('.wasm')) modules.push({ type: 'CompiledWasm', path })
    // The first module is the Worker.
    if (name === 'index.js') modules.unshift({ type: 'ESModule', path })
    else if (name.endsWith('.js')) modules.push({ type: 'ESModule', path })
  }
  const miniflare = new Miniflare({
    modules, modulesRoot: folder, compatibilityDate: '2026-04-01', compatibilityFlags: flags,
    bindings: { DATABASE_URL: databaseUrl }, cf: false,
  })
  try {
    const response = await miniflare.dispatchFetch('http://worker.test/')
    assert.equal(response.status, 200, await response.clone().text())
    return await response.json()
  } finally {
    await miniflare.dispose()
  }
}

test('the package holds what it says and nothing else', async () => {
  const { exports } = await manifest()
  const promised = Object.values(exports).flatMap(
    entry => typeof entry === 'string' ? entry : Object.values(entry))
  for (const path of promised) assert.ok(tarball.files.includes(path.slice(2)), path)
  for (const name of ['ballast.wasm', 'ballast-migrate.wasm', 'ballast-check.wasm']) {
    assert.ok(tarball.files.includes(`dist/${name}`), name)
  }
  for (const path of tarball.files) assert.match(path, /^(dist\/|package\.json$|README\.md$)/)
  for (const name of ['LICENSE', 'NOTICE']) assert.ok(tarball.files.includes(`dist/${name}`), name)
})

test('the conditions come in their order, types first', async () => {
  const { exports } = await manifest()
  for (const path of ['.', './drizzle', './migrate', './expect', './check', './verified']) {
    assert.deepEqual(Object.keys(exports[path]),
      ['types', 'workerd', 'edge-light', 'node', 'browser', 'default'])
  }
})

test('publint finds nothing', async () => {
  const { publint } = await import('publint')
  const { messages } = await publint({ pkgDir: join(root, 'bindings/client'), strict: true })
  assert.deepEqual(messages, [])
})

test('the types are right for every resolution that knows ESM', async () => {
  const attw = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')
  const cli = join(attw, '..', JSON.parse(await readFile(attw, 'utf8')).bin.attw)
  // It exits with 1 on any problem that the profile does not leave out.
  await run(process.execPath, [cli, tarball.path, '--profile', 'esm-only'], { env })
    .catch(({ stdout }) => assert.fail(stdout))
})

test('plain Node imports it', async () => {
  const folder = await install('node')
  const { stdout, stderr } = await run(process.execPath, ['index.mjs'], {
    cwd: folder, env: { ...env, DATABASE_URL: databaseUrl },
  })
  assert.deepEqual(JSON.parse(stdout), expected)
  assert.equal(stderr, '')
})

test('vitest runs it', async () => {
  const folder = await install('vitest')
  await run(join(bin, 'vitest'), ['run', '--root', folder], {
    cwd: folder, env: { ...env, DATABASE_URL: databaseUrl, EXPECTED: JSON.stringify(expected) },
  })
})

for (const flags of [[], ['nodejs_compat']]) {
  const said = flags.length === 0 ? 'without flags' : `with ${flags}`

  test(`wrangler bundles it ${said}, and workerd runs it`, async () => {
    const folder = await install('wrangler', ['wrangler', ...flags].join('-'))
    const out = join(folder, 'out')
    await run(join(bin, 'wrangler'), [
      'deploy', '--dry-run', '--outdir', out,
      ...flags.flatMap(flag => ['--compatibility-flags', flag]),
    ], { cwd: folder, env })
    assert.deepEqual(await runWorker(out, flags), expected)
  })

  test(`Vite bundles it ${said}, and workerd runs it`, async () => {
    const folder = await install('vite', ['vite', ...flags].join('-'))
    const config = join(folder, 'wrangler.jsonc')
    const settings = JSON.parse(await readFile(config, 'utf8'))
    await writeFile(config, JSON.stringify({ ...settings, compatibility_flags: flags }))
    await run(join(bin, 'vite'), ['build'], { cwd: folder, env })
    assert.deepEqual(await runWorker(join(folder, 'dist/fixture'), flags), expected)
  })
}
