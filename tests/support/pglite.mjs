// PGlite within a test's own process, empty and in memory.
import { PGlite } from '@electric-sql/pglite'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { top } from './source.mjs'

const manifest = join(top, 'node_modules/@electric-sql/pglite/package.json')
const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
const file = join(top, `build/pglite-${version}.tar`)

/** Opens one. Making a cluster takes many seconds of CPU: all of them are copies of the first. */
export async function createPglite(options = {}) {
  return PGlite.create({ loadDataDir: new Blob([await clusterBytes()]), ...options })
}

async function clusterBytes() {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  const db = await PGlite.create()
  const bytes = Buffer.from(await (await db.dumpDataDir('none')).arrayBuffer())
  await db.close()
  mkdirSync(join(top, 'build'), { recursive: true })
  // Whole or not at all, whoever else makes it at the same time.
  writeFileSync(`${file}.${process.pid}`, bytes)
  renameSync(`${file}.${process.pid}`, file)
  return bytes
}
