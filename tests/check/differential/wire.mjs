/**
 * A session of PostgreSQL's protocol, by hand: statements are described as they stand, without what
 * a driver adds, and what the server says is kept whole. Over a socket, or into a PGlite.
 */
import { connect as open } from 'node:net'

const zero = Buffer.from([0])

function int32(value) {
  const out = Buffer.alloc(4)
  out.writeInt32BE(value)
  return out
}

function int16(value) {
  const out = Buffer.alloc(2)
  out.writeInt16BE(value)
  return out
}

const text = value => Buffer.concat([Buffer.from(value), zero])

function message(type, ...parts) {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

/** Reads a message's body from its front. */
class Body {
  #bytes
  #at = 0

  constructor(bytes) {
    this.#bytes = bytes
  }

  int16() {
    this.#at += 2
    return this.#bytes.readInt16BE(this.#at - 2)
  }

  int32() {
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  oid() {
    return this.int32() >>> 0
  }

  byte() {
    return String.fromCharCode(this.#bytes[this.#at++])
  }

  text() {
    const end = this.#bytes.indexOf(0, this.#at)
    const out = this.#bytes.toString('utf8', this.#at, end)
    this.#at = end + 1
    return out
  }

  value() {
    const size = this.int32()
    if (size < 0) return null
    this.#at += size
    return this.#bytes.toString('utf8', this.#at - size, this.#at)
  }

  list(read) {
    return Array.from({ length: this.int16() }, () => read(this))
  }
}

const noData = message('f', text('there is no data'))

/** The messages in `bytes`, and how many bytes they are. */
function cut(bytes) {
  const messages = []
  let at = 0
  while (at + 5 <= bytes.length) {
    const size = bytes.readInt32BE(at + 1)
    if (at + 1 + size > bytes.length) break
    const type = String.fromCharCode(bytes[at])
    messages.push({ type, body: bytes.subarray(at + 5, at + 1 + size) })
    at += 1 + size
  }
  return { messages, size: at }
}

const errorKeys = { V: 'severity', C: 'code', M: 'message', D: 'detail', H: 'hint', P: 'position' }

function readError(body) {
  const out = {}
  const fields = new Body(body)
  for (let key = fields.byte(); key !== '\0'; key = fields.byte()) {
    const value = fields.text()
    const name = errorKeys[key]
    if (name !== undefined) out[name] = name === 'position' ? Number(value) : value
  }
  return out
}

const readColumn = body => ({
  name: body.text(),
  table: body.oid(),
  number: body.int16(),
  oid: body.oid(),
  size: body.int16(),
  modifier: body.int32(),
  format: body.int16(),
})

/** A socket to a server, of which messages are awaited one by one. */
class Socket {
  /** Whether there are no data for a COPY that the next query may begin. */
  copy = true
  #socket
  #rest = Buffer.alloc(0)
  #messages = []
  #wake = null
  #failure = null

  constructor(socket) {
    this.#socket = socket
    socket.on('data', bytes => {
      const { messages, size } = cut((this.#rest = Buffer.concat([this.#rest, bytes])))
      this.#rest = this.#rest.subarray(size)
      this.#messages.push(...messages)
      this.#wake?.()
    })
    const end = error => {
      this.#failure ??= error ?? new Error('the server closed the connection')
      this.#wake?.()
    }
    socket.on('error', end)
    socket.on('close', () => end())
  }

  static open(url) {
    return new Promise((resolve, reject) => {
      const socket = open({ host: url.hostname, port: Number(url.port || 5432) })
      socket.setNoDelay(true)
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Socket(socket)))
    })
  }

  send(bytes) {
    this.#socket.write(bytes)
  }

  /** The server waits for data of a COPY. */
  beginCopy() {
    if (this.copy) this.send(noData)
  }

  async next() {
    while (this.#messages.length === 0) {
      if (this.#failure) throw this.#failure
      await new Promise(resolve => (this.#wake = resolve))
      this.#wake = null
    }
    return this.#messages.shift()
  }

  close() {
    this.#socket.destroy()
  }
}

/** A PGlite, which answers what is sent at once. */
class Embedded {
  copy = false
  #database
  #messages = []
  #sent = []

  constructor(database) {
    this.#database = database
  }

  send(bytes) {
    this.#sent.push(bytes)
  }

  beginCopy() {}

  async next() {
    if (this.#messages.length === 0) {
      // It cannot wait for data, so it is told at once that there are no more.
      const all = Buffer.concat([...this.#sent.splice(0), ...(this.copy ? [noData] : [])])
      const answer = await this.#database.execProtocolRaw(all).catch(() => [])
      this.#messages.push(...cut(Buffer.from(answer)).messages)
    }
    const next = this.#messages.shift()
    if (next === undefined) throw new Error('PGlite has stopped answering')
    return next
  }

  close() {}
}

export class Wire {
  #link
  /** What the server reports of the session: DateStyle, TimeZone and so on. */
  settings = {}
  /** I idle, T in a transaction, E in a failed one. */
  status = 'I'

  constructor(link) {
    this.#link = link
  }

  /** @param {string} url `postgres://user@host:port/database`, of a server that trusts. */
  static async connect(url, options = {}) {
    const at = new URL(url)
    const wire = new Wire(await Socket.open(at))
    const startup = {
      user: decodeURIComponent(at.username || 'postgres'),
      database: decodeURIComponent(at.pathname.slice(1)) || 'postgres',
      client_encoding: 'UTF8',
      ...options,
    }
    const pairs = Object.entries(startup).flatMap(([key, value]) => [text(key), text(value)])
    const body = Buffer.concat([int32(196608), ...pairs, zero])
    wire.#link.send(Buffer.concat([int32(body.length + 4), body]))
    const { error } = await wire.#finish()
    if (error) {
      wire.close()
      throw new Error(`${error.code}: ${error.message}`)
    }
    return wire
  }

  static embedded(database) {
    return new Wire(new Embedded(database))
  }

  /** The answers up to the server's being ready. */
  async #finish() {
    const out = { parameters: [], columns: [], rows: [], tags: [], error: null }
    for (;;) {
      const { type, body } = await this.#link.next()
      const read = new Body(body)
      switch (type) {
        case 'R':
          if (read.int32() !== 0) throw new Error('the server asks for a password')
          break
        case 'S': this.settings[read.text()] = read.text(); break
        case 't': out.parameters = read.list(one => one.oid()); break
        case 'T': out.columns = read.list(readColumn); break
        case 'D': out.rows.push(read.list(one => one.value())); break
        case 'C': out.tags.push(read.text()); break
        case 'E':
          out.error ??= readError(body)
          if (out.error.severity === 'FATAL') {
            throw new Error(`${out.error.code}: ${out.error.message}`)
          }
          break
        case 'G': this.#link.beginCopy(); break
        case 'Z': this.status = read.byte(); return out
        default: break
      }
    }
  }

  /**
   * Runs a text of one or more statements; the rows are those of all of them. Data of a COPY are
   * sent along, since a server lets them go where it does not want them.
   */
  async query(sql, copyData) {
    this.#link.copy = copyData === undefined
    this.#link.send(message('Q', text(sql)))
    if (copyData !== undefined) {
      this.#link.send(Buffer.concat([message('d', Buffer.from(copyData)), message('c')]))
    }
    return this.#finish()
  }

  /** What the server says of a statement before it runs: an error, or parameters and columns. */
  async describe(sql) {
    this.#link.copy = false
    this.#link.send(
      Buffer.concat([
        message('P', zero, text(sql), int16(0)),
        message('D', Buffer.from('S'), zero),
        message('S'),
      ]),
    )
    const { error, parameters, columns } = await this.#finish()
    return error ? { error } : { parameters, columns }
  }

  /** Runs one statement with parameters, which are text or null. */
  async execute(sql, values) {
    const cells = values.map(value =>
      value === null
        ? int32(-1)
        : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
    )
    this.#link.copy = false
    this.#link.send(
      Buffer.concat([
        message('P', zero, text(sql), int16(0)),
        message('B', zero, zero, int16(0), int16(values.length), ...cells, int16(0)),
        message('D', Buffer.from('P'), zero),
        message('E', zero, int32(0)),
        message('S'),
      ]),
    )
    return this.#finish()
  }

  close() {
    this.#link.close()
  }
}
