/** The WebSocket side: Postgres' wire protocol in binary frames, behind a password of our own. */
import type { IncomingMessage } from 'node:http'

import type { RawData, WebSocket } from 'ws'

import type { Branches } from './api/index.js'
import type { Backend, WireSession } from './backend.js'
import { isOurHost, isOurUser, passwordFailure, type Credentials } from './credentials.js'
import { EndpointError } from './errors.js'
import {
  authenticationCleartextPassword,
  MessageReader,
  errorResponse,
  ourError,
  readCString,
} from './wire.js'

const kSslRequest = 80877103
const kGssRequest = 80877104
const kCancelRequest = 80877102
const kProtocol3 = 196608

// A startup packet is some names and values; PostgreSQL's own limit is the same.
const kMaxStartup = 10_000

type State = 'startup' | 'password' | 'opening' | 'open' | 'closed'

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

/** Reads the names and values of a StartupMessage. */
function readStartup(body: Buffer): Map<string, string> {
  const words = body.toString('utf8').split('\0')
  const values = new Map<string, string>()
  for (let i = 0; i + 1 < words.length && words[i] !== ''; i += 2) {
    values.set(words[i] ?? '', words[i + 1] ?? '')
  }
  return values
}

/** Where a WebSocket may lead to. */
export interface WireTargets {
  backend: Backend
  credentials: Credentials
  branches: Branches | undefined
}

/** One WebSocket, from its first byte to its end. */
export class WireConnection {
  #socket: WebSocket
  #backend: Backend
  #credentials: Credentials
  readonly #branches: Branches | undefined
  #host: string
  #state: State = 'startup'
  #pending: Buffer = Buffer.alloc(0)
  #startup = new Map<string, string>()
  #session: WireSession | undefined
  /** Resolves when the session behind the socket is given back. */
  readonly done: Promise<void>

  constructor(
    socket: WebSocket,
    request: IncomingMessage,
    { backend, credentials, branches }: WireTargets,
  ) {
    this.#socket = socket
    this.#backend = backend
    this.#credentials = credentials
    this.#branches = branches
    this.#host = (request.headers.host ?? '').replace(/:\d+$/, '')
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.#onBytes(bytesOf(data))
      else socket.close(1003, 'binary frames only')
    })
    // A broken frame ends in 'close' as well.
    socket.on('error', () => {})
    this.done = new Promise(resolve => {
      socket.on('close', () => {
        this.#state = 'closed'
        void (this.#session?.close() ?? Promise.resolve()).then(resolve, resolve)
      })
    })
  }

  /**
   * The endpoint goes away. Only the WebSocket says so: an ErrorResponse could cross a client's own
   * goodbye, and drivers throw at that.
   */
  shutDown(): void {
    this.#socket.close(1001, 'the endpoint is shutting down')
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(bytes)
  }

  #fail(bytes: Uint8Array): void {
    this.#state = 'closed'
    this.#send(bytes)
    this.#socket.close()
  }

  #onBytes(bytes: Buffer): void {
    if (this.#state === 'open') {
      try {
        this.#session?.write(bytes)
      } catch {
        this.#fail(ourError('FATAL', '08P01', 'invalid message length'))
      }
      return
    }
    // Drivers send startup, password and first query in one go; what is early waits here.
    this.#pending = Buffer.concat([this.#pending, bytes])
    while (this.#step());
  }

  /** Takes one packet of the greeting; false when there is none, or it is not its turn. */
  #step(): boolean {
    if (this.#state === 'startup') return this.#takeStartup()
    if (this.#state === 'password') return this.#takePassword()
    return false
  }

  #takeStartup(): boolean {
    if (this.#pending.length < 8) return false
    const size = this.#pending.readInt32BE(0)
    if (size < 8 || size > kMaxStartup) {
      this.#fail(ourError('FATAL', '08P01', 'invalid length of startup packet'))
      return false
    }
    if (this.#pending.length < size) return false
    const code = this.#pending.readInt32BE(4)
    const body = this.#pending.subarray(8, size)
    this.#pending = this.#pending.subarray(size)
    if (code === kSslRequest || code === kGssRequest) {
      this.#send(Buffer.from('N'))
    } else if (code === kCancelRequest) {
      this.#socket.close()
      return false
    } else if (code >>> 16 !== kProtocol3 >>> 16) {
      this.#fail(ourError('FATAL', '0A000', 'unsupported frontend protocol'))
      return false
    } else {
      this.#startup = readStartup(body)
      this.#state = 'password'
      this.#send(authenticationCleartextPassword)
    }
    return true
  }

  #takePassword(): boolean {
    const [received] = new MessageReader().push(this.#pending)
    if (received === undefined) return false
    this.#pending = this.#pending.subarray(received.bytes.length)
    const user = this.#startup.get('user') ?? ''
    const database = this.#startup.get('database') ?? user
    const password = Buffer.from(readCString(received.body))
    const options = this.#startup.get('options') ?? ''
    const target = this.#branches?.target(options, database, this.#credentials)
    this.#backend = target?.backend ?? this.#backend
    this.#credentials = target?.credentials ?? this.#credentials
    if (received.type !== 'p' || !this.#isKnown(user, password)) {
      this.#fail(ourError('FATAL', '28P01', passwordFailure(user)))
    } else if (database !== this.#credentials.database) {
      this.#fail(ourError('FATAL', '3D000', `database "${database}" does not exist`))
    } else {
      this.#state = 'opening'
      void this.#open()
    }
    return false
  }

  /** A client that cannot send its host name puts the endpoint before the password. */
  #isKnown(user: string, password: Buffer): boolean {
    const hack = /^endpoint=([^;$]+)[;$](.*)$/s.exec(password.toString())
    const host = hack === null ? this.#host : `${hack[1]}.`
    const secret = hack === null ? password : Buffer.from(hack[2] ?? '')
    return isOurHost(host, this.#credentials) && isOurUser(user, secret, this.#credentials)
  }

  async #open(): Promise<void> {
    const sink = {
      send: (bytes: Uint8Array) => this.#send(bytes),
      close: () => this.#socket.close(),
    }
    try {
      const session = await this.#backend.connect(sink)
      if (this.#state !== 'opening') {
        await session.close()
        return
      }
      this.#session = session
      this.#state = 'open'
      const early = this.#pending
      this.#pending = Buffer.alloc(0)
      if (early.length > 0) this.#onBytes(early)
    } catch (error) {
      const fields = error instanceof EndpointError ? error.fields : undefined
      const text = error instanceof Error ? error.message : String(error)
      this.#fail(fields === undefined ? ourError('FATAL', '08006', text) : errorResponse(fields))
    }
  }
}
