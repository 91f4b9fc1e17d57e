// Drizzle on us gives what Drizzle on the official driver gives: both versions, both routes, three
// time zones, on PGlite and on PostgreSQL.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { onBoth } from '../support/endpoint.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../..')
const out = join(root, 'build/drizzle')

const versions = { '0.45': {}, '1.0': { 'drizzle-orm': 'drizzle-orm-rc' } }
const routes = {
  official: { entry: 'via-neon-http.mjs', alias: {} },
  alias: { entry: 'via-neon-http.mjs', alias: { '@neondatabase/serverless': 'ballast' } },
  ballast: { entry: 'via-ballast.mjs', alias: {} },
}
const zones = ['UTC', 'America/New_York', 'Asia/Tokyo']

/** Bundles a route with a version of Drizzle, as an application's bundler would. */
async function bundle(version, route, minify = false) {
  const { entry, alias } = routes[route]
  const outfile = join(out, 'bundles', `${version}-${route}${minify ? '.min' : ''}.mjs`)
  await build({
    absWorkingDir: root,
    entryPoints: [join(here, entry)],
    outfile,
    bundle: true,
    minify,
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    alias: { ...versions[version], ...alias },
    logLevel: 'error',
    logOverride: { 'import-is-undefined': 'silent' },
    write: true,
    metafile: true,
  }).then(({ metafile }) => {
    const foreign = Object.keys(metafile.inputs).filter(path => path.includes('@neondatabase'))
    assert.equal(foreign.length > 0, route === 'official', `${route}: ${foreign}`)
  })
  return outfile
}

before(async () => {
  await mkdir(join(out, 'bundles'), { recursive: true })
  // Where the bundled loader for Node looks for it: one folder above the code.
  await copyFile(join(root, 'bindings/client/dist/ballast.wasm'), join(out, 'ballast.wasm'))
  for (const version of Object.keys(versions)) {
    for (const route of Object.keys(routes)) await bundle(version, route)
  }
})

let schemas = 0

/** What the scenario saw on a route. Each run has a schema of its own. */
async function run(dev, version, route, zone) {
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(out, 'bundles', `${version}-${route}.mjs`),
  ], {
    env: {
      ...process.env, TZ: zone, DATABASE_URL: dev.databaseUrl, ENDPOINT: dev.url,
      SCHEMA: `scenario_${schemas++}`,
    },
    maxBuffer: 1 << 24,
  })
  return JSON.parse(stdout)
}

onBoth('drizzle', endpoint => {
  for (const version of Object.keys(versions)) {
    for (const zone of zones) {
      test(`${version} in ${zone}: both routes see what the official driver shows`, async () => {
        const theirs = await run(endpoint(), version, 'official', zone)
        const [viaAlias, viaBallast] = [
          await run(endpoint(), version, 'alias', zone),
          await run(endpoint(), version, 'ballast', zone),
        ]
        assert.deepEqual(viaAlias, theirs)
        assert.deepEqual(viaBallast, theirs)
        checkValues(viaBallast)
      })
    }
  }
})

/** What must hold whatever the official driver does. */
function checkValues(seen) {
  const { inserted: [ada], selected, batch, executed, error, batchUndone, afterUndone } = seen
  assert.equal(ada.exact, '2024-07-01 12:34:56.123456')
  assert.deepEqual(ada.times, ['2024-01-01 00:00:00.000001', '1999-12-31 23:59:59.999999'])
  assert.deepEqual(ada.at, { date: '2024-03-10T02:30:00.123Z' })
  assert.deepEqual(ada.atZone, { date: '2024-11-03T05:45:12.999Z' })
  assert.equal(ada.born, '1815-12-10')
  assert.deepEqual(ada.prices, ['1.10', '99999999999999999999.123456789'])
  assert.deepEqual(ada.big, { bigint: '9007199254740993' })
  assert.deepEqual(ada.settings, { theme: 'dark', n: [1, null, { deep: true }] })
  assert.match(ada.span, /^1 year 2 mons 3 days 04:05:06.789$/)
  assert.deepEqual(selected[0], ada)
  assert.equal(batch[0][0].exact, ada.exact)
  assert.equal(typeof executed[0].at, 'string')
  assert.deepEqual([error, batchUndone], ['42P01', '22012'])
  assert.ok(!afterUndone.some(post => post.title === 'Lost'))
  assert.deepEqual([seen.byTime, seen.byDate], [[{ id: 1 }], [{ id: 1 }]])
}

test('sizes of the bundles', async t => {
  for (const version of Object.keys(versions)) {
    for (const route of Object.keys(routes)) {
      const code = await readFile(await bundle(version, route, true))
      const kilobytes = (gzipSync(code, { level: 9 }).length / 1000).toFixed(1)
      t.diagnostic(`drizzle ${version} via ${route}: ${kilobytes} kB of JavaScript, gzipped`)
    }
  }
})
