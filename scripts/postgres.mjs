/** PostgreSQL's source, whose scanner and grammar room `sql` is built from. */
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fromPool, hasApt, privateList } from './apt.mjs'
import { Advice, run, top } from './run.mjs'

const source = join(top, 'build/deps/postgresql-17')

/** The release that the parser, the catalogue and the tests were written against. */
const pinned = JSON.parse(readFileSync(join(top, 'src/sql/postgres/source.json'), 'utf8'))

/** The suite of Debian whose current source serves where the pinned one has left the archive. */
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

async function download() {
  // What is not complete keeps another name.
  const folder = `${source}.download`
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const archive = (await downloadPinned(folder)) ?? (await downloadCurrent(folder))
  const unpacked = join(folder, 'unpacked')
  mkdirSync(unpacked)
  const wanted = parts.map(part => `*/${part}`)
  const tar = ['-xf', archive, '-C', unpacked, '--strip-components=1', '--wildcards']
  await run('tar', [...tar, '--no-wildcards-match-slash', ...wanted])
  rmSync(source, { recursive: true, force: true })
  renameSync(unpacked, source)
  rmSync(folder, { recursive: true })
}

/** The pinned release, which Debian's archive may keep or not, checked against our own sum. */
async function downloadPinned(folder) {
  const archive = join(folder, 'pinned.orig.tar.bz2')
  const path = `main/p/postgresql-17/postgresql-17_${pinned.version}.orig.tar.bz2`
  return (await fromPool(path, archive, pinned.sha256)) ? archive : null
}

/** The suite's current release, which apt checks against its signed list. */
async function downloadCurrent(folder) {
  console.log(`PostgreSQL ${pinned.version} is not served: taking what ${suite} has now.`)
  const options = await privateList(folder, { type: 'deb-src', suite })
  await run('apt-get', [...options, 'source', '--download-only', 'postgresql-17'], { cwd: folder })
  return join(
    folder,
    readdirSync(folder).find(name => /\.orig\.tar\.\w+$/.test(name)),
  )
}
