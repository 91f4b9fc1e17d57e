/** A fresh PostgreSQL in this process, and the one session that it has. */
import type { PGlite } from '@electric-sql/pglite'

import {
  describe,
  MessageReader,
  query,
  readColumns,
  readError,
  readParameters,
  readRow,
} from '../../../dev/src/wire.js'
import { hashOf, readCached, writeCached } from './cache.js'
import { loadExtensions } from './extensions.js'

/** The version of PGlite that this build was made with. */
declare const PGLITE_VERSION: string

// Small segments of the log, few of them, one database only: what is not there is not read.
const kDatabase = 'template1'
const kInitdb = [
  ...['--wal-segsize=1', '--set=min_wal_size=2MB', '--set=max_wal_size=2MB'],
  ...['--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'],
]
const kTrimmed = [
  'drop database postgres',
  'alter database template0 is_template false',
  'drop database template0',
  'checkpoint',
]

// Its usual 128 MB of buffers are zeroed before anything else happens. A schema is one transaction,
// which holds a lock on each relation that it makes, and the usual 6400 are those of 1000 tables.
const kSettings = ['shared_buffers=16MB', 'max_locks_per_transaction=640'].flatMap(each => [
  '-c',
  each,
])

/** What PostgreSQL says of a statement that it refuses. */
export interface Refusal {
  code: string
  message: string
  detail?: string | undefined
  hint?: string | undefined
  /** From 1, in characters of the text that was run. */
  position?: number | undefined
  /** How many statements of the text went before it. */
  done: number
}

/** What came of a text of SQL. */
export interface Outcome {
  refusal: Refusal | null
  /** The cells of the last statement's rows. */
  rows: (string | null)[][]
  /** Whether a transaction is open now. */
  isOpen: boolean
}

/** A statement as PostgreSQL describes it, or what it says against it. */
export interface Described {
  refusal: Refusal | null
  /** Oids of types. */
  parameters: number[]
  columns: { name: string; type: number; modifier: number }[]
}

/** PostgreSQL as it is after initdb. */
export class Session {
  readonly extensions: readonly string[]
  readonly #db: PGlite

  private constructor(db: PGlite, extensions: readonly string[]) {
    this.#db = db
    this.extensions = extensions
  }

  /** Opens one. The first time on a machine takes some seconds, since a cluster has to be made. */
  static async open(extensions: readonly string[], onSlow: () => void): Promise<Session> {
    const cluster = await clusterBytes(onSlow)
    // Only who elaborates waits for it to load.
    const { PGlite } = await import('@electric-sql/pglite')
    const db = await PGlite.create({
      loadDataDir: new Blob([cluster]),
      database: kDatabase,
      startParams: [...PGlite.defaultStartParams, ...kSettings],
      extensions: await loadExtensions(extensions),
    })
    return new Session(db, extensions)
  }

  /** Runs a text of one or more statements, as psql would send it. */
  async run(sql: string): Promise<Outcome> {
    const reader = new MessageReader()
    const outcome: Outcome = { refusal: null, rows: [], isOpen: false }
    let done = 0
    let isNew = true
    await this.#db.execProtocolRawStream(query(sql), {
      onRawData: data => {
        // The chunk lies in PostgreSQL's memory, which the next chunk overwrites.
        for (const { type, body } of reader.push(data.slice())) {
          if (type === 'D') {
            if (isNew) outcome.rows = []
            isNew = false
            outcome.rows.push(readRow(body))
          } else if (type === 'C') {
            done++
            isNew = true
          } else if (type === 'E') outcome.refusal = refusalOf(readError(body), done)
          else if (type === 'Z') outcome.isOpen = body.toString('latin1') !== 'I'
        }
      },
    })
    return outcome
  }

  /** Has a statement described, which does not run it. */
  async describe(sql: string): Promise<Described> {
    const reader = new MessageReader()
    const described: Described = { refusal: null, parameters: [], columns: [] }
    await this.#db.execProtocolRawStream(describe(sql), {
      onRawData: data => {
        for (const { type, body } of reader.push(data.slice())) {
          if (type === 't') described.parameters = readParameters(body)
          else if (type === 'E') described.refusal = refusalOf(readError(body), 0)
          else if (type === 'T') {
            described.columns = readColumns(body).map(({ name, typeId, typeModifier }) => {
              return { name, type: typeId, modifier: typeModifier }
            })
          }
        }
      },
    })
    return described
  }

  /** The only cell that a query gives. Throws what PostgreSQL says where it refuses. */
  async value(sql: string): Promise<string> {
    const { refusal, rows } = await this.run(sql)
    if (refusal !== null) throw new Error(refusal.message)
    return rows[0]?.[0] ?? ''
  }

  /** The same of a query that is asked again and again: to plan it takes longer than to run it. */
  async ask(sql: string): Promise<string> {
    const name = `ballast ${hashOf([sql])}`.slice(0, 40)
    // A text may have had all of them forgotten.
    const has = `select from pg_catalog.pg_prepared_statements where name = '${name}'`
    if ((await this.value(`select exists (${has})`)) !== 't') {
      const { refusal } = await this.run(`prepare "${name}" as ${sql}`)
      if (refusal !== null) throw new Error(refusal.message)
    }
    return this.value(`execute "${name}"`)
  }

  async close(): Promise<void> {
    await this.#db.close()
  }
}

function refusalOf(fields: ReadonlyMap<string, string>, done: number): Refusal {
  const position = fields.get('P')
  return {
    code: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? 'PostgreSQL gave no reason',
    detail: fields.get('D'),
    hint: fields.get('H'),
    position: position === undefined ? undefined : Number(position),
    done,
  }
}

let kept: Promise<Uint8Array<ArrayBuffer>> | undefined

async function clusterBytes(onSlow: () => void): Promise<Uint8Array<ArrayBuffer>> {
  kept ??= findCluster(onSlow)
  return kept
}

async function findCluster(onSlow: () => void): Promise<Uint8Array<ArrayBuffer>> {
  const name = `cluster-${PGLITE_VERSION}.tar`
  const found = await readCached(name)
  if (found !== null && isWhole(found)) return found
  onSlow()
  const { PGlite } = await import('@electric-sql/pglite')
  const db = await PGlite.create({ initDbStartParams: kInitdb, database: kDatabase })
  try {
    for (const sql of kTrimmed) await db.exec(sql)
    const bytes = new Uint8Array(await (await db.dumpDataDir('none')).arrayBuffer())
    await writeCached(name, bytes)
    return bytes
  } finally {
    await db.close()
  }
}

/** Whether an archive is at least not cut off: it ends in blocks of zeros. */
function isWhole(bytes: Uint8Array): boolean {
  return (
    bytes.length > 1024 && bytes.length % 512 === 0 && bytes.subarray(-1024).every(b => b === 0)
  )
}
