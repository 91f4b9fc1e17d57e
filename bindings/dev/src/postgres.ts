/** A PostgreSQL server behind the endpoint: a pool of connections, and spliced WebSockets. */
import type { Backend, Session, WireSession, WireSink } from './backend.js'
import { Gate } from './gate.js'
import { connectUpstream, type Upstream } from './upstream.js'
import {
  authenticationOk,
  backendKeyData,
  message,
  MessageReader,
  parameterStatus,
  query,
  readyForQueryIdle,
  refuseCopy,
  type Message,
} from './wire.js'

// PostgreSQL serves 100 connections unless told otherwise, and other programs want some of them.
const kMaxConnections = 64
const kMaxIdle = 20
const kIdleMs = 5 * 60_000

/** What undoes all that a request may leave in a session, except an open transaction. */
const kReset = query('DISCARD ALL')

interface Exchange {
  onMessage(message: Message): void
  resolve(): void
  reject(error: Error): void
}

/** One pooled connection. */
class Connection implements Session {
  #upstream: Upstream
  #reader = new MessageReader()
  #exchange: Exchange | undefined
  #status = 'I'
  #lost = false
  #giveBack: (connection: Connection, usable: boolean) => void
  idleTimer: NodeJS.Timeout | undefined

  constructor(upstream: Upstream, giveBack: (connection: Connection, usable: boolean) => void) {
    this.#upstream = upstream
    this.#giveBack = giveBack
    upstream.socket.on('data', chunk => this.#onData(chunk))
    upstream.socket.on('error', error => this.#onLost(error.message))
    upstream.socket.on('close', () => this.#onLost('connection closed'))
  }

  get lost(): boolean {
    return this.#lost
  }

  exchange(bytes: Uint8Array, onMessage: (message: Message) => void): Promise<void> {
    if (this.#lost) return Promise.reject(new Error('connection closed'))
    return new Promise((resolve, reject) => {
      this.#exchange = { onMessage, resolve, reject }
      this.#upstream.socket.write(bytes)
    })
  }

  cancel(): void {
    this.#upstream.cancel()
  }

  async release(broken: boolean): Promise<void> {
    let usable = !broken && !this.#lost
    // Before the answer is sent, so that no later request meets what this one left.
    try {
      if (usable && this.#status !== 'I') await this.exchange(query('ROLLBACK'), () => {})
      if (usable) await this.exchange(kReset, () => {})
    } catch {
      usable = false
    }
    this.#giveBack(this, usable)
  }

  destroy(): void {
    clearTimeout(this.idleTimer)
    this.#lost = true
    this.#upstream.socket.end(message('X'))
    this.#upstream.socket.destroySoon()
  }

  #onData(chunk: Buffer): void {
    for (const received of this.#reader.push(chunk)) {
      // Every message may be the end of the exchange, and the next may start meanwhile.
      const exchange = this.#exchange
      if (received.type === 'G') this.#upstream.socket.write(refuseCopy())
      if (received.type === 'Z') {
        this.#status = String.fromCharCode(received.body[0] ?? 0)
        this.#exchange = undefined
        exchange?.resolve()
      } else {
        exchange?.onMessage(received)
      }
    }
  }

  #onLost(reason: string): void {
    this.#lost = true
    this.#exchange?.reject(new Error(reason))
    this.#exchange = undefined
  }
}

/** Any PostgreSQL server, by its connection string. */
export class PostgresBackend implements Backend {
  readonly name = 'PostgreSQL'
  #url: string
  #gate: Gate
  #idle: Connection[] = []
  #wires = new Set<Upstream>()

  constructor(url: string, waitMs: number) {
    this.#url = url
    this.#gate = new Gate(
      kMaxConnections,
      waitMs,
      `All ${kMaxConnections} connections of this endpoint are busy: look for transactions that ` +
        'wait for locks.',
    )
  }

  async acquire(): Promise<Session> {
    await this.#gate.enter()
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) break
      clearTimeout(connection.idleTimer)
      if (!connection.lost) return connection
    }
    try {
      const upstream = await connectUpstream(this.#url)
      return new Connection(upstream, (connection, usable) => this.#takeBack(connection, usable))
    } catch (error) {
      this.#gate.leave()
      throw error
    }
  }

  async connect(sink: WireSink): Promise<WireSession> {
    const upstream = await connectUpstream(this.#url)
    const { socket, parameters, processId, secret } = upstream
    this.#wires.add(upstream)
    sink.send(
      Buffer.concat([
        authenticationOk,
        ...[...parameters].map(([name, value]) => parameterStatus(name, value)),
        backendKeyData(processId, secret),
        readyForQueryIdle,
      ]),
    )
    socket.on('data', chunk => sink.send(chunk))
    socket.on('error', () => sink.close())
    socket.on('close', () => {
      this.#wires.delete(upstream)
      sink.close()
    })
    return {
      write: bytes => void socket.write(bytes),
      close: async () => {
        // Terminate alone would wait for a running query to end.
        if (!socket.destroyed) upstream.cancel()
        socket.end(message('X'))
      },
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#idle.splice(0)) connection.destroy()
    for (const { socket } of this.#wires) socket.end(message('X'))
  }

  #takeBack(connection: Connection, usable: boolean): void {
    if (usable && this.#idle.length < kMaxIdle) {
      connection.idleTimer = setTimeout(() => {
        this.#idle.splice(this.#idle.indexOf(connection), 1)
        connection.destroy()
      }, kIdleMs)
      connection.idleTimer.unref()
      this.#idle.push(connection)
    } else {
      connection.destroy()
    }
    this.#gate.leave()
  }
}
