/**
 * PGlite behind the endpoint: PostgreSQL in this process, with one session for everybody.
 *
 * Whoever wants it waits at a gate: a request over HTTP holds the session until it is answered, a
 * WebSocket for the length of a transaction. Between two holders the session is reset, so that
 * nobody sees another's settings, temporary tables or prepared statements.
 */
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'

import type { Backend, Session, WireSession, WireSink } from './backend.js'
import { copiesFromStdin } from './copy.js'
import { Gate } from './gate.js'
import { PgliteWire } from './pglite-wire.js'
import type { Account } from './template.js'
import {
  authenticationOk,
  backendKeyData,
  message,
  MessageReader,
  ourError,
  parameterStatus,
  query,
  readCString,
  readRow,
  readyForQueryIdle,
  type Message,
} from './wire.js'

// What a server reports of itself when a session opens.
const kReported = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'application_name',
  'is_superuser',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
]

/** Whoever holds the session, and what to tell the session when it changes hands. */
export interface Holder {
  /** Frontend messages that restore what the holder had prepared. */
  restore(): Uint8Array[]
}

/** The SQL that a frontend message carries, if it carries any. */
function sqlOf({ type, body }: Message): string {
  if (type === 'Q') return readCString(body)
  return type === 'P' ? readCString(body, body.indexOf(0) + 1) : ''
}

/** PGlite as a backend. */
export class PgliteBackend implements Backend {
  readonly name = 'PGlite'
  #db: PGlite
  #account: Account
  #gate: Gate
  #holder: Holder | undefined
  #status = 'I'
  #greeting: Buffer | undefined
  #wires = new Set<PgliteWire>()

  private constructor(db: PGlite, account: Account, waitMs: number) {
    this.#db = db
    this.#account = account
    this.#gate = new Gate(
      1,
      waitMs,
      'PGlite has one session, and another transaction holds it. For real concurrency start ' +
        'the endpoint with --postgres URL.',
    )
  }

  /** Opens the cluster in `dataDir`. */
  static async open(dataDir: string, account: Account, waitMs: number): Promise<PgliteBackend> {
    const db = await PGlite.create({
      dataDir,
      database: account.database,
      username: account.user,
      extensions: { vector },
    })
    return new PgliteBackend(db, account, waitMs)
  }

  async acquire(): Promise<Session> {
    const session: Session & Holder = {
      restore: () => [],
      exchange: (bytes, onMessage) => this.run(bytes, onMessage),
      cancel: () => {},
      release: () => this.leave(),
    }
    await this.enter(session)
    return session
  }

  async connect(sink: WireSink): Promise<WireSession> {
    const wire = new PgliteWire(this, sink)
    this.#wires.add(wire)
    sink.send(await this.#greet())
    return {
      write: bytes => wire.write(bytes),
      close: async () => {
        this.#wires.delete(wire)
        await wire.close()
      },
    }
  }

  async close(): Promise<void> {
    for (const wire of this.#wires) await wire.close()
    await this.#db.close()
  }

  /** The transaction status that the last answer reported. */
  get idle(): boolean {
    return this.#status === 'I'
  }

  /** Waits for the session and makes it the holder's. */
  async enter(holder: Holder): Promise<void> {
    await this.#gate.enter()
    if (this.#holder === holder) return
    this.#holder = holder
    try {
      const ignore = (): void => {}
      await this.run(query('DISCARD ALL'), ignore)
      await this.run(query(`SET ROLE "${this.#account.user.replaceAll('"', '""')}"`), ignore)
      for (const bytes of holder.restore()) await this.run(bytes, ignore)
    } catch (error) {
      this.#gate.leave()
      throw error
    }
  }

  /** Ends an open transaction and lets the next one in. */
  async leave(): Promise<void> {
    try {
      if (!this.idle) await this.run(query('ROLLBACK'), () => {})
    } finally {
      this.#gate.leave()
    }
  }

  /** Hands frontend messages to PostgreSQL. Only for the holder. */
  async run(bytes: Uint8Array, onMessage: (message: Message) => void): Promise<void> {
    if (new MessageReader().push(bytes).some(sent => copiesFromStdin(sqlOf(sent)))) {
      this.#refuseCopy(onMessage)
      return
    }
    const reader = new MessageReader()
    await this.#db.execProtocolRawStream(bytes, {
      onRawData: data => {
        // The chunk lies in PostgreSQL's memory, which the next chunk overwrites.
        for (const received of reader.push(data.slice())) {
          if (received.type === 'Z') this.#status = String.fromCharCode(received.body[0] ?? 0)
          onMessage(received)
        }
      },
    })
  }

  #refuseCopy(onMessage: (message: Message) => void): void {
    const answers = [
      // CopyInResponse is what a server would send, and what HTTP turns into its own error.
      message('G', Buffer.from([0, 0, 0])),
      ourError(
        'ERROR',
        '0A000',
        'COPY FROM STDIN is not supported on PGlite',
        'Use INSERT, or start the endpoint with --postgres URL.',
      ),
      message('Z', Buffer.from(this.#status)),
    ]
    for (const bytes of answers) for (const sent of new MessageReader().push(bytes)) onMessage(sent)
  }

  async #greet(): Promise<Buffer> {
    if (this.#greeting === undefined) {
      const parts = [authenticationOk]
      const holder: Holder = { restore: () => [] }
      await this.enter(holder)
      try {
        for (const name of kReported) {
          await this.run(query(`SHOW ${name}`), ({ type, body }) => {
            if (type === 'D') parts.push(parameterStatus(name, readRow(body)[0] ?? ''))
          })
        }
      } finally {
        await this.leave()
      }
      parts.push(parameterStatus('session_authorization', this.#account.user))
      parts.push(backendKeyData(process.pid, 0), readyForQueryIdle)
      this.#greeting = Buffer.concat(parts)
    }
    return this.#greeting
  }
}
