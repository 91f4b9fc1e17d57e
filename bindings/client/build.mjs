// Builds the package: one set of modules for each host, declarations, and the WebAssembly file.
import { copyFile, mkdir, readFile, rm, stat } from 'node:fs/promises'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const root = join(here, '../..')
const dist = join(here, 'dist')

// The folder of each host, and the file that says where its WebAssembly.Module comes from.
const hosts = {
  'workerd': 'wasm.workerd.ts',
  'edge-light': 'wasm.edge.ts',
  'node': 'wasm.node.ts',
  'browser': 'wasm.browser.ts',
}

const { version } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'))

/** A version as the module says it: major, minor and patch, a byte each. */
function packed(version) {
  const [major, minor, patch] = version.split('.').map(Number)
  return major << 16 | minor << 8 | patch
}

async function buildHost([host, wasm]) {
  await build({
    absWorkingDir: here,
    entryPoints: ['src/index.ts', 'src/drizzle.ts'],
    outdir: join(dist, host),
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    // Neutral: what a host has of its own is named in its one file, and nowhere else.
    platform: 'neutral',
    alias: { '#wasm': join(here, 'src/host', wasm) },
    // The module says its version too, and must be of the same.
    define: { BALLAST_VERSION: String(packed(version)) },
    external: ['*.wasm', '*.wasm?module', 'drizzle-orm', 'node:*'],
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    // Drizzle 1.0 has exports that 0.45 lacks; the code that uses them asks first.
    logOverride: { 'import-is-undefined': 'silent' },
  })
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

const wasm = join(root, 'build/wasm/ballast.wasm')
if (!await stat(wasm).catch(() => null)) {
  console.error('ballast: build/wasm/ballast.wasm is missing; `npm run build` makes it first')
  process.exit(1)
}
await rm(dist, { recursive: true, force: true })
await mkdir(dist)
await Promise.all([
  copyFile(wasm, join(dist, 'ballast.wasm')),
  // What is linked into the module wants its notices beside it.
  ...['LICENSE', 'NOTICE'].map(name => copyFile(join(root, name), join(dist, name))),
  ...Object.entries(hosts).map(buildHost),
  declare(),
])
