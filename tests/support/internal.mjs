/** Modules of the client that its package does not export, for tests from within. */
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { top } from './source.mjs'

/** Imports what TypeScript sources export, all in one bundle so that they share their classes. */
export async function importInternal(...paths) {
  const key = createHash('sha256').update(JSON.stringify([paths, process.pid])).digest('hex')
  const outfile = join(top, `build/internal/${key.slice(0, 16)}.mjs`)
  const contents = paths
    .map(path => `export * from ${JSON.stringify(join(top, 'bindings/client/src', path))}`)
    .join('\n')
  await build({
    stdin: { contents, resolveDir: top },
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    logLevel: 'error',
  })
  return import(pathToFileURL(outfile).href)
}
