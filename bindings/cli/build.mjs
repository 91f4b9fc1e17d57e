// Builds the package: checks the types, bundles our own sources and leaves dependencies outside.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { copyFile, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const manifest = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'))

const dist = join(here, 'dist')
const tools = join(here, '../../build/wasm/ballast-tools.wasm')

/** A version as the module says it: major, minor and patch, a byte each. */
function packed(version) {
  const [major, minor, patch] = version.split('.').map(Number)
  return (major << 16) | (minor << 8) | patch
}

/** The configuration's schema for editors, out of the one that reads it. */
async function writeConfigSchema() {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: ['src/config-schema.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'warning',
  })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  const { jsonSchema } = await import(`data:text/javascript;base64,${code}`)
  const text = JSON.stringify(jsonSchema(), null, 2)
  await writeFile(join(here, 'config.schema.json'), `${text}\n`)
}

if (!(await stat(tools).catch(() => null))) {
  console.error('ballast-cli: build/wasm/ballast-tools.wasm is missing; `npm run build` makes it')
  process.exit(1)
}

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const checked = spawnSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' })
if (checked.status !== 0) process.exit(1)

const { metafile } = await build({
  absWorkingDir: here,
  metafile: true,
  entryPoints: { cli: 'src/cli.ts', dev: '../dev/src/index.ts' },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: Object.keys(manifest.dependencies).flatMap(name => [name, `${name}/*`]),
  sourcemap: true,
  define: {
    VERSION: JSON.stringify(manifest.version),
    // Every module of ours says its version too, and must be of the same.
    BALLAST_VERSION: String(packed(manifest.version)),
    PGLITE_VERSION: JSON.stringify(manifest.dependencies['@electric-sql/pglite']),
  },
  logLevel: 'warning',
})
// The names of shared chunks hold a hash: those of the last build would stay.
const made = new Set(Object.keys(metafile.outputs).map(path => basename(path)))
for (const name of await readdir(dist)) {
  if (/\.js(\.map)?$/.test(name) && !made.has(name)) await rm(join(dist, name))
}
await copyFile(tools, join(dist, 'ballast-tools.wasm'))
// What is linked into the module wants its notices beside it.
for (const name of ['LICENSE', 'NOTICE']) {
  await copyFile(join(here, '../..', name), join(dist, name))
}
await writeConfigSchema()
