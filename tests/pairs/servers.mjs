/**
 * The servers that pairs are judged on. `openServer(kind)` gives `{ kind, version, fresh, close }`;
 * `fresh(side)` gives an empty database: `query(sql)` answers rows whose values are text or null,
 * `run(sql)` takes a script, `release()` gives the database back.
 */
import pg from 'pg'
import { createPglite } from '../support/pglite.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { renew } from './sweep.mjs'

const asText = { getTypeParser: () => value => value }
const versionSql = "select current_setting('server_version_num')::int / 10000 as n"
const roles = `do $$ begin
  if to_regrole('app_reader') is null then create role app_reader; end if;
  if to_regrole('app_writer') is null then create role app_writer; end if;
exception when duplicate_object or unique_violation then null;
end $$`

// Several servers of this process may be one and the same, which holds all their databases.
let databases = 0

/**
 * Opens a server: `pglite`, or `postgres` (the test server, or that of TEST_DATABASE_URL, or one of
 * `options.major`).
 */
export async function openServer(kind, options = {}) {
  return kind === 'pglite' ? openPglite() : openPostgres(options)
}

async function openPglite() {
  const instances = new Map()
  const instance = async side => {
    if (!instances.has(side)) {
      const made = await createPglite()
      await made.exec(roles)
      instances.set(side, made)
    }
    return instances.get(side)
  }
  const { rows: [{ n }] } = await (await instance('from')).query(versionSql)
  return {
    kind: 'pglite',
    version: n,
    fresh: async side => {
      const database = await instance(side)
      // PGlite has one database.
      await renew(sql => database.exec(sql), n)
      const parsers = Object.fromEntries(
        Object.keys(database.parsers).map(type => [type, value => value]),
      )
      return {
        query: async sql => (await database.query(sql, [], { parsers })).rows,
        run: sql => database.exec(sql),
        release: async () => {},
      }
    },
    close: async () => {
      for (const database of instances.values()) await database.close()
    },
  }
}

async function openPostgres(options) {
  const given = options.url && { url: options.url, stop: async () => {} }
  const { url, stop } = given ?? await startPostgres({ version: options.major })
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(roles)
  const { rows: [{ n }] } = await admin.query(versionSql)
  return {
    kind: 'postgres',
    version: n,
    fresh: async () => {
      const name = `pairs_${process.pid}_${databases++}`
      await admin.query(`create database ${name} template template0`)
      const at = new URL(url)
      at.pathname = `/${name}`
      // Compiling the wide queries over the catalog takes a hundred times as long as running them.
      const client = new pg.Client({
        connectionString: at.href, types: asText, options: '-c jit=off',
      })
      await client.connect()
      return {
        url: at.href,
        query: async sql => (await client.query(sql)).rows,
        run: sql => client.query(sql),
        release: async () => {
          await client.end()
          await admin.query(`drop database ${name} with (force)`)
        },
      }
    },
    close: async () => {
      await admin.end()
      await stop()
    },
  }
}
