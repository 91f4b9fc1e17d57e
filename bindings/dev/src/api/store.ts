/** The catalog of branches, and the databases of the server that hold them. */
import pg, { type Client } from 'pg'

import { makeBranch, newId, timestamp, type State, type StoredBranch } from './state.js'

const kCatalog = 'ballast_branches'
/** Held as long as a process serves the branches of a server. */
const kLock = 7018330
const kInUse = '55006'
const kDrainMs = 10_000
const kPauseMs = 50
/** Longer names are cut by PostgreSQL, and two could become one. */
const kMaxName = 63

/** Where the server's log is, and what time it is there. */
export interface Position {
  lsn: string
  at: string
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The same server's URL, with another database. */
export function urlWith(url: string, database: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${encodeURI(database)}`
  return parsed.href
}

async function connect(url: string): Promise<Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** One server and its catalog. Nothing else of ours makes or drops databases there. */
export class Store {
  readonly state: State
  readonly url: string
  readonly #client: Client
  /** The last query that was sent: a connection takes one at a time. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(url: string, client: Client, state: State) {
    this.url = url
    this.#client = client
    this.state = state
  }

  /** Opens the catalog, and makes it where there is none: the database is branch `main`. */
  static async open(url: string, database: string, owner: string): Promise<Store> {
    const first = await connect(url)
    const found = await first.query('select 1 from pg_database where datname = $1', [kCatalog])
    const current = await first.query('select current_database() as name')
    if (found.rows.length === 0) await first.query(`create database ${quoted(kCatalog)}`)
    await first.end()
    const client = await connect(urlWith(url, kCatalog))
    const locked = await client.query('select pg_try_advisory_lock($1) as ok', [kLock])
    if (locked.rows[0]?.['ok'] !== true) {
      await client.end()
      throw new Error('another `ballast dev --api` serves the branches of this server')
    }
    await client.query('create table if not exists state (one boolean primary key, value jsonb)')
    const kept = await client.query('select value from state')
    const real = String(current.rows[0]?.['name'])
    const state = (kept.rows[0]?.['value'] ?? firstState(real, database, owner)) as State
    return new Store(url, client, state)
  }

  async save(): Promise<void> {
    const sql =
      'insert into state values (true, $1) on conflict (one) do update set value = excluded.value'
    await this.#query(sql, [JSON.stringify(this.state)])
  }

  async position(): Promise<Position> {
    const sql = 'select pg_current_wal_insert_lsn()::text as lsn, clock_timestamp() as at'
    const { rows } = await this.#query(sql)
    return { lsn: String(rows[0]?.['lsn']), at: timestamp(rows[0]?.['at'] as Date) }
  }

  /** A name for a database that nobody has yet. */
  newName(name: string, branch: string): { id: number; real: string } {
    const id = this.state.nextDatabase++
    const tail = `~${branch}.${id}`
    // Nothing that a connection string would have to encode.
    const plain = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, kMaxName - tail.length)
    return { id, real: plain + tail }
  }

  /** Copies a database. Those who use it must let go of it: idle sessions are ended. */
  async copy(from: string, to: string, waitMs = kDrainMs): Promise<void> {
    const sql = `create database ${quoted(to)} template ${quoted(from)}`
    await this.#drained(from, sql, waitMs)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#drained(from, `alter database ${quoted(from)} rename to ${quoted(to)}`, kDrainMs)
  }

  async create(name: string): Promise<void> {
    await this.#query(`create database ${quoted(name)}`)
  }

  async drop(name: string): Promise<void> {
    await this.#query(`drop database if exists ${quoted(name)} with (force)`)
  }

  /** Runs statements in a database of the server; gives the last one's rows. */
  async within(name: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = await connect(urlWith(this.url, name))
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }

  async close(): Promise<void> {
    await this.#last
    await this.#client.end()
  }

  #query(sql: string, values: readonly unknown[] = []): ReturnType<Client['query']> {
    const result = this.#last.then(() => this.#client.query(sql, values))
    this.#last = result.catch(() => {})
    return result
  }

  /** PostgreSQL copies and renames only what nobody is connected to. */
  async #drained(name: string, sql: string, waitMs: number): Promise<void> {
    const until = Date.now() + waitMs
    const idle = "state in ('idle', 'disabled') or state is null"
    const end = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = $1 and backend_type = 'client backend' and (${idle})`
    for (;;) {
      await this.#query(end, [name])
      try {
        await this.#query(sql)
        return
      } catch (error) {
        if ((error as { code?: string }).code !== kInUse || Date.now() > until) throw error
        await new Promise(resolve => setTimeout(resolve, kPauseMs))
      }
    }
  }
}

function firstState(real: string, name: string, owner: string): State {
  const at = timestamp()
  const endpoint = { id: newId('ep'), createdAt: at, suspendSeconds: 0 }
  const main: StoredBranch = {
    ...makeBranch(newId('br'), 'main', [{ id: 1, name, owner, real, createdAt: at }]),
    state: 'ready',
    isDefault: true,
    endpoints: [{ ...endpoint, type: 'read_write' }],
  }
  return {
    project: { id: 'local-project', name: 'local', createdAt: at, historySeconds: 86_400 },
    branches: [main],
    snapshots: [],
    nextDatabase: 2,
  }
}
