// `--via` against the endpoint of `ballast/migrate` itself, served by Node, over PGlite.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { migrationEndpoint } from 'ballast/migrate'
import { ballast, drizzleFolder, makeProject } from '../support/command.mjs'
import { clear, rows, startEndpoint } from '../support/endpoint.mjs'

const tokens = { status: 'token-status-1', apply: 'token-apply-2', undo: 'token-undo-3' }
const folder = {
  '0000_a': 'create table a (id int);',
  '0001_b': 'create table b (id int);',
}

let dev
let project
let server
let via
// What the server is deployed with: tests deploy anew by setting it.
let handler
let printed = ''

before(async () => {
  server = createServer(async (incoming, outgoing) => {
    const request = new Request(`${via}${new URL(incoming.url, via).search}`, {
      method: incoming.method,
      headers: incoming.headers,
      ...(incoming.method === 'POST' ? { body: Readable.toWeb(incoming), duplex: 'half' } : {}),
    })
    const response = await handler(request, {}, { waitUntil: () => {} })
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    Readable.fromWeb(response.body).pipe(outgoing)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  dev = await startEndpoint('pglite', { password: 'markerpassword4' })
  via = `http://127.0.0.1:${server.address().port}/ballast/migrate`
})
after(async () => {
  await new Promise(resolve => server.close(resolve).closeAllConnections())
  await dev?.close()
})
beforeEach(async () => {
  await clear(dev)
  project = makeProject({
    ...drizzleFolder(folder),
    'drizzle/0001_b.down.sql': 'drop table b;',
    'ballast.config.json': { environment: 'test', endpoint: via },
  })
  await deploy()
})
afterEach(() => {
  project.remove()
  assert.doesNotMatch(printed, /markerpassword4|token-(status|apply|undo)-\d/)
})

let deployments = 0

/** Bundles the folder and serves it, as a deployment of a Worker does. */
async function deploy(settings = {}) {
  const out = `dist/bundle-${deployments++}.mjs`
  const { code, err } = await ballast(project, ['bundle', '--out', out])
  assert.equal(code, 0, err)
  const { bundle } = await import(pathToFileURL(join(project.folder, out)))
  handler = migrationEndpoint(bundle, {
    url: () => dev.databaseUrl,
    environment: () => 'test',
    tokens: { status: () => tokens.status, apply: () => tokens.apply, undo: () => tokens.undo },
    ...settings,
  })
}

async function run(args, token = tokens.apply) {
  const result = await ballast(project, args, { env: { BALLAST_MIGRATE_TOKEN: token } })
  printed += result.out + result.err
  return result
}

describe('an endpoint', () => {
  test('applies, in one call or many', async () => {
    const { code, out, err } = await run(['migrate'])
    assert.equal(code, 0, err)
    assert.match(out, /^Applied 2 migrations in .*: 0000_a, 0001_b\n$/)
    const more = ['0002_c', '0003_d', '0004_e', '0005_f', '0006_g']
    const texts = more.map(tag => [tag, `alter table a add column ${tag.slice(5)} int;`])
    project.write(drizzleFolder({ ...folder, ...Object.fromEntries(texts) }))
    let calls = 0
    await deploy({ limits: { requests: 8 }, version: () => `call ${++calls}` })
    const many = await run(['migrate'])
    assert.equal(many.code, 0, many.err)
    assert.match(many.out, /^Applied 5 migrations in .*: 0002_c, 0003_d, 0004_e, 0005_f, 0006_g\n$/)
    assert.doesNotMatch(many.out, /another run/)
    assert.ok(calls > 1, `${calls} calls`)
    assert.equal((await run(['migrate'])).out, 'Nothing to do: 7 migrations are applied.\n')
    const status = await run(['status', '--expect', '0001_b'], tokens.status)
    assert.equal(status.code, 0, status.err)
    assert.match(status.out, /^ {2}applied {2}0001_b {2}.*by endpoint$/m)
  })
  test('of another bundle refuses', async () => {
    project.write(drizzleFolder({ ...folder, '0002_c': 'create table c ();' }))
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /^ballast: error BM002: This deployment carries another bundle/)
    assert.match(err, /check out the commit that is deployed/)
    const status = await run(['status'], tokens.status)
    assert.match(status.err, /the Worker was deployed with another state of the folder/)
  })
  test('of another environment refuses', async () => {
    const { code, err } = await run(['migrate', '--environment', 'production'])
    assert.equal(code, 1)
    assert.match(err, /^ballast: error BM303: /)
    assert.match(err, /Name the environment of that Worker with --environment/)
  })
  test('refuses a token for something else', async () => {
    const { code, err } = await run(['migrate'], tokens.status)
    assert.equal(code, 1)
    assert.match(err, /error BM301: This token is for another action\./)
  })
  test('that fails names the place in the file', async () => {
    const broken = { '0000_a': 'create table a (id int);\n\nselect 1 / 0;' }
    project.write(drizzleFolder(broken)).delete('drizzle/0001_b.sql')
    project.delete('drizzle/0001_b.down.sql')
    await deploy()
    const { code, err } = await run(['migrate'])
    assert.equal(code, 1)
    assert.match(err, /^drizzle\/0000_a\.sql:3:1: error 22012: division by zero$/m)
    assert.match(err, /^ {2}3 \| select 1 \/ 0;$/m)
  })
  test('shows a plan, and undoes', async () => {
    const plan = await run(['migrate', '--dry-run'])
    assert.equal(plan.code, 0, plan.err)
    assert.match(plan.out, /^-- drizzle\/0000_a\.sql:1 \(the endpoint keeps the text to itself\)$/m)
    await run(['migrate'])
    const asked = await run(['undo', '--to', '0000_a'], tokens.undo)
    assert.equal(asked.code, 2)
    assert.match(asked.err, /drops table b/)
    const done = await run(['undo', '--to', '0000_a', '--allow-data-loss'], tokens.undo)
    assert.equal(done.code, 0, done.err)
    assert.deepEqual(await rows(dev, "select to_regclass('b') is null"), [['t']])
  })
  test('has no undo unless its token is set', async () => {
    await run(['migrate'])
    await deploy({ tokens: { apply: () => tokens.apply } })
    const { code, err } = await run(['undo', '--to', '0000_a', '--allow-data-loss'])
    assert.equal(code, 1)
    assert.match(err, /error BM302: /)
    assert.match(err, /tokens\.undo/)
  })
})
