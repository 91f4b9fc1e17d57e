// What `ballast dev` keeps for the other commands, here for all projects of a test file, so that
// not each of their commands opens a PGlite of its own. A file has it by importing this one.
import { build } from 'esbuild'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import { share } from './command.mjs'
import { top } from './source.mjs'

const { version, dependencies } = JSON.parse(
  readFileSync(join(top, 'bindings/cli/package.json'), 'utf8'),
)
const outfile = join(top, `build/internal/elaborator-${process.pid}.mjs`)
mkdirSync(join(top, 'build/internal'), { recursive: true })
await build({
  entryPoints: [join(top, 'bindings/cli/src/schema/warm-server.ts')],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  define: {
    VERSION: JSON.stringify(version),
    PGLITE_VERSION: JSON.stringify(dependencies['@electric-sql/pglite']),
  },
  logLevel: 'error',
})
const { serveElaborator } = await import(pathToFileURL(outfile).href)
rmSync(outfile)

process.env.XDG_CACHE_HOME = join(top, 'build/cache')
const root = mkdtempSync(join(tmpdir(), 'ballast-elaborator-'))
const elaborator = await serveElaborator(root)
share('.ballast/dev.json', readFileSync(join(root, '.ballast/dev.json'), 'utf8'))
after(async () => {
  await elaborator.close()
  rmSync(root, { recursive: true, force: true })
})
