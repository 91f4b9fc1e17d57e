// What `ballast dev` keeps for the other commands, here for all projects of a test file, so that
// not each of their commands opens a PGlite of its own. A file has it by importing this one.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { importSources } from './cli-sources.mjs'
import { share } from './command.mjs'
import { top } from './source.mjs'

const { serveElaborator } = await importSources('schema/warm-server')

process.env.XDG_CACHE_HOME = join(top, 'build/cache')
const root = mkdtempSync(join(tmpdir(), 'ballast-elaborator-'))
const elaborator = await serveElaborator(root)
share('.ballast/dev.json', readFileSync(join(root, '.ballast/dev.json'), 'utf8'))
after(async () => {
  await elaborator.close()
  rmSync(root, { recursive: true, force: true })
})
