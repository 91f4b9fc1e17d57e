// Builds the package: one set of modules for each host, declarations, and the WebAssembly file.
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const dist = join(here, 'dist')

// The folder of each host, and how the files are called that say where its WebAssembly comes from.
const hosts = {
  'workerd': 'workerd',
  'edge-light': 'edge',
  'node': 'node',
  'browser': 'browser',
}

const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'))

/** A version as the module says it: major, minor and patch, a byte each. */
function packed(version) {
  const [major, minor, patch] = version.split('.').map(Number)
  return major << 16 | minor << 8 | patch
}

async function buildHost([host, name]) {
  await build({
    absWorkingDir: here,
    entryPoints: {
      index: 'src/index.ts',
      drizzle: 'src/drizzle.ts',
      migrate: 'src/migrate/index.ts',
      expect: 'src/expect.ts',
      check: 'src/check/index.ts',
      verified: 'src/check/verified.ts',
    },
    outdir: join(dist, host),
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    // Neutral: what a host has of its own is named in its one file, and nowhere else.
    platform: 'neutral',
    alias: {
      '#wasm': join(here, `src/host/wasm.${name}.ts`),
      '#migrate-wasm': join(here, `src/host/migrate.${name}.ts`),
      '#check-wasm': join(here, `src/host/check.${name}.ts`),
    },
    // The module says its version too, and must be of the same.
    define: { BALLAST_VERSION: String(packed(version)) },
    external: ['*.wasm', '*.wasm?module', 'drizzle-orm', 'node:*'],
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    // Drizzle 1.0 has exports that 0.45 lacks; the code that uses them asks first.
    logOverride: { 'import-is-undefined': 'silent' },
  })
  await dropBareImports(join(dist, host))
}

/**
 * esbuild imports shared chunks once more for their effects, of which they have none, and bundlers
 * that read `sideEffects` would warn of it. Lines keep their numbers, for the source maps.
 */
async function dropBareImports(folder) {
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.js')) continue
    const text = await readFile(join(folder, name), 'utf8')
    await writeFile(join(folder, name), text.replace(/^import "\.\/chunk-[^"]+";$/gm, ''))
  }
}

async function declare() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', join(here, 'tsconfig.json')])
  } catch (error) {
    process.stderr.write(error.stdout)
    throw new Error('ballast: the type check failed')
  }
}

const modules = ['ballast.wasm', 'ballast-migrate.wasm', 'ballast-check.wasm']
for (const name of modules) {
  if (await stat(join(root, 'build/wasm', name)).catch(() => null)) continue
  console.error(`ballast: build/wasm/${name} is missing; \`npm run build\` makes it first`)
  process.exit(1)
}
await rm(dist, { recursive: true, force: true })
await mkdir(dist)
await Promise.all([
  ...modules.map(name => copyFile(join(root, 'build/wasm', name), join(dist, name))),
  // What is linked into the modules wants its notices beside them.
  ...['LICENSE', 'NOTICE'].map(name => copyFile(join(root, name), join(dist, name))),
  ...Object.entries(hosts).map(buildHost),
  declare(),
])
