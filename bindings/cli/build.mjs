// Builds the package: checks the types, bundles our own sources and leaves dependencies outside.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { readFile, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
const manifest = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'))

const dist = join(here, 'dist')

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const checked = spawnSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' })
if (checked.status !== 0) process.exit(1)

// The names of shared chunks hold a hash: those of the last build would stay.
for (const name of await readdir(dist)) {
  if (/\.js(\.map)?$/.test(name)) await rm(join(dist, name))
}

await build({
  absWorkingDir: here,
  entryPoints: { cli: 'src/cli.ts', dev: '../dev/src/index.ts' },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  define: {
    VERSION: JSON.stringify(manifest.version),
    PGLITE_VERSION: JSON.stringify(manifest.dependencies['@electric-sql/pglite']),
  },
  logLevel: 'warning',
})
