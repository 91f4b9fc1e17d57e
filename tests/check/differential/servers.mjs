/**
 * The servers that verdicts are held against: PostgreSQL 14 to 18 of our own, PGlite, or one at a
 * URL. `open(options)` gives `{ version, name, database, connect, close }`: a database of this run
 * alone, which goes when it is closed.
 */
import { createPglite } from '../../support/pglite.mjs'
import { startPostgres } from '../../support/postgres.mjs'
import { Wire } from './wire.mjs'

// Compiling plans takes longer than running them, and what hangs must end.
const sessionOptions = { options: '-c jit=off -c statement_timeout=60s' }

async function versionOf(wire) {
  const { rows } = await wire.query('show server_version_num')
  return Math.floor(Number(rows[0][0]) / 10000)
}

async function openPostgres(url, stop, database) {
  const admin = await Wire.connect(url, sessionOptions)
  const version = await versionOf(admin)
  const made = await admin.query(`create database ${database} template template0`)
  if (made.error) throw new Error(made.error.message)
  const at = new URL(url)
  at.pathname = `/${database}`
  return {
    version,
    name: `PostgreSQL ${version}`,
    database,
    emptied: () => false,
    connect: (user = null) => {
      const target = new URL(at.href)
      if (user !== null) target.username = encodeURIComponent(user)
      return Wire.connect(target.href, sessionOptions)
    },
    close: async () => {
      admin.close()
      // The server may have fallen and stood up since.
      const last = await Wire.connect(url, sessionOptions)
      await last.query(`drop database if exists ${database} with (force)`)
      last.close()
      await stop()
    },
  }
}

async function openPglite() {
  let database = await createPglite()
  let emptied = false
  const version = await versionOf(Wire.embedded(database))
  return {
    version,
    name: `PGlite ${version}`,
    database: 'postgres',
    /** Whether a new one has taken the place of one that fell; `false` forgets it. */
    emptied: (known = emptied) => (emptied = known),
    // There is one session, so a new one is the old one put back.
    connect: async () => {
      let session = Wire.embedded(database)
      try {
        await session.query('rollback')
      } catch {
        database = await createPglite()
        session = Wire.embedded(database)
        emptied = true
      }
      for (const sql of ['reset session authorization', 'reset all', 'deallocate all']) {
        await session.query(sql)
      }
      await session.query("set timezone = 'UTC'; set statement_timeout = '60s'")
      return session
    },
    close: () => database.close().catch(() => {}),
  }
}

/** @param {{ url?: string, server?: string }} options `server` is 14 to 18, or `pglite`. */
export async function open({ url, server = '17' }) {
  const given = url ?? (server === '17' ? process.env.TEST_DATABASE_URL : undefined)
  if (given) return openPostgres(given, async () => {}, `ballast_differential_${process.pid}`)
  if (server === 'pglite') return openPglite()
  const settings = { max_prepared_transactions: 2, max_locks_per_transaction: 256 }
  const started = await startPostgres({ version: Number(server), settings })
  // The suite's own scripts know the database by this name.
  return openPostgres(started.url, started.stop, 'regression')
}
