/** PostgreSQL's source, whose scanner and grammar room `sql` is built from. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { hasApt, privateList } from './apt.mjs'
import { Advice, run, top } from './run.mjs'

const source = join(top, 'build/deps/postgresql-17')

/** The suite of Debian that has PostgreSQL 17, whichever one this machine runs. */
const suite = 'trixie'

/** What is unpacked of it: the parser and what makes it, the catalog, psql's scanner, the tests. */
const parts = [
  'COPYRIGHT',
  'src/backend/catalog',
  'src/backend/nodes',
  'src/backend/parser',
  'src/backend/storage/lmgr',
  'src/backend/utils',
  'src/common',
  'src/fe_utils',
  'src/include',
  'src/interfaces/libpq',
  'src/port',
  'src/test/regress/sql',
  'src/tools',
]

/**
 * Puts the source into build/deps unless it is there, or elsewhere by POSTGRES_SOURCE_DIR. Where
 * apt has none, CMake fetches it, or says what to do.
 */
export async function ensurePostgres() {
  if (process.env.POSTGRES_SOURCE_DIR) return
  if (existsSync(join(source, 'src/backend/parser/gram.y')) || !(await hasApt())) return
  console.log(
    "Downloading PostgreSQL 17's source (22 MB) with apt into build/deps/postgresql-17; " +
      'the system stays as it is.',
  )
  try {
    await download()
  } catch (error) {
    if (!(error instanceof Advice)) throw error
    console.log(`${error.message} CMake will fetch PostgreSQL's source itself.`)
  }
}

// apt checks the archive against the signed list; what is not complete keeps another name.
async function download() {
  const folder = `${source}.download`
  rmSync(folder, { recursive: true, force: true })
  const options = await privateList(folder, { type: 'deb-src', suite })
  const ask = [...options, 'source', '--download-only', 'postgresql-17']
  await run('apt-get', ask, { cwd: folder })
  const archive = readdirSync(folder).find(name => /\.orig\.tar\.\w+$/.test(name))
  const unpacked = join(folder, 'unpacked')
  mkdirSync(unpacked)
  const wanted = parts.map(part => `*/${part}`)
  const tar = ['-xf', join(folder, archive), '-C', unpacked, '--strip-components=1', '--wildcards']
  await run('tar', [...tar, '--no-wildcards-match-slash', ...wanted])
  rmSync(source, { recursive: true, force: true })
  renameSync(unpacked, source)
  rmSync(folder, { recursive: true })
}
