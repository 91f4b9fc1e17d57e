/** Sources of the command line as a module, for tests from within. */
import { build } from 'esbuild'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { top } from './source.mjs'

const { version, dependencies } = JSON.parse(
  readFileSync(join(top, 'bindings/cli/package.json'), 'utf8'),
)

/** What these sources of bindings/cli/src export, all of one bundle. */
export async function importSources(...sources) {
  const name = sources.join('-').replaceAll('/', '_')
  const outfile = join(top, `build/internal/cli-${name}-${process.pid}.mjs`)
  await build({
    stdin: {
      contents: sources.map(source => `export * from './${source}.ts'`).join('\n'),
      resolveDir: join(top, 'bindings/cli/src'),
    },
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
  return import(pathToFileURL(outfile).href)
}
