/**
 * The Postgres wire protocol, version 3: reading messages out of a byte stream and writing them.
 *
 * Both backends and the WebSocket side speak these bytes, so this file is the only one that knows
 * how a message is laid out.
 */

/** One message of either direction: a type letter and the bytes after the length. */
export interface Message {
  type: string
  body: Buffer
  /** The whole message, type and length included, for passing it on unchanged. */
  bytes: Buffer
}

/** Cuts a byte stream into messages. A body is a view of the chunk it came in. */
export class MessageReader {
  #pending: Buffer[] = []
  #size = 0
  #need = 5

  /** Takes the next bytes and returns the messages that are now complete. */
  push(chunk: Uint8Array): Message[] {
    this.#pending.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    this.#size += chunk.byteLength
    // A large message arrives in many chunks: they are joined only once it is whole.
    if (this.#size < this.#need) return []
    const bytes = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
    const messages: Message[] = []
    let offset = 0
    this.#need = 5
    while (offset + 5 <= bytes.length) {
      const size = 1 + bytes.readInt32BE(offset + 1)
      if (size < 5) throw new Error('invalid message length in the Postgres wire protocol')
      if (offset + size > bytes.length) {
        this.#need = size
        break
      }
      const whole = bytes.subarray(offset, offset + size)
      messages.push({
        type: String.fromCharCode(whole[0]!),
        body: whole.subarray(5),
        bytes: whole,
      })
      offset += size
    }
    const rest = bytes.subarray(offset)
    this.#pending = rest.length > 0 ? [rest] : []
    this.#size = rest.length
    return messages
  }

  /** The bytes of a message that has begun and is not complete. */
  rest(): Buffer {
    return Buffer.concat(this.#pending)
  }
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const cstring = (text: string): Buffer => Buffer.from(`${text}\0`)

/** A message of a type letter and a body in parts; a startup packet has '' as its type. */
export function message(type: string, ...parts: Uint8Array[]): Buffer {
  let size = 4
  for (const part of parts) size += part.length
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(size), ...parts])
}

export const sync = message('S')

/** A simple query. */
export function query(sql: string): Buffer {
  return message('Q', cstring(sql))
}

/**
 * One statement by the extended protocol, from Parse to Sync, with parameters and results as text
 * and no parameter types, in one packet.
 */
export function statement(sql: string, params: readonly (string | null)[]): Buffer {
  const values: Buffer[] = []
  for (const param of params) {
    if (param === null) {
      values.push(int32(-1))
    } else {
      const text = Buffer.from(param)
      values.push(int32(text.length), text)
    }
  }
  return Buffer.concat([
    message('P', cstring(''), cstring(sql), int16(0)),
    message('B', cstring(''), cstring(''), int16(0), int16(params.length), ...values, int16(0)),
    message('D', Buffer.from('P'), cstring('')),
    message('E', cstring(''), int32(0)),
    sync,
  ])
}

/** What describes a statement without running it: Parse, Describe and Sync, in one packet. */
export function describe(sql: string): Buffer {
  return Buffer.concat([
    message('P', cstring(''), cstring(sql), int16(0)),
    message('D', Buffer.from('S'), cstring('')),
    sync,
  ])
}

/** Reads a ParameterDescription: the oids of the types. */
export function readParameters(body: Buffer): number[] {
  return Array.from({ length: body.readUInt16BE(0) }, (_, i) => body.readUInt32BE(2 + 4 * i))
}

/** CopyFail and Sync: how a client leaves a COPY that it does not want to feed. */
export function refuseCopy(): Buffer {
  return Buffer.concat([message('f', cstring('COPY is not supported over HTTP')), sync])
}

/** CancelRequest, which travels on a connection of its own. */
export function cancelRequest(processId: number, secret: number): Buffer {
  return message('', int32(80877102), int32(processId), int32(secret))
}

/** A column of a RowDescription. */
export interface Column {
  name: string
  tableId: number
  columnId: number
  typeId: number
  typeSize: number
  typeModifier: number
}

/** Reads a RowDescription. */
export function readColumns(body: Buffer): Column[] {
  const columns: Column[] = []
  let offset = 2
  for (let i = body.readUInt16BE(0); i > 0; i--) {
    const end = body.indexOf(0, offset)
    const name = body.toString('utf8', offset, end)
    columns.push({
      name,
      tableId: body.readUInt32BE(end + 1),
      columnId: body.readInt16BE(end + 5),
      typeId: body.readUInt32BE(end + 7),
      typeSize: body.readInt16BE(end + 11),
      typeModifier: body.readInt32BE(end + 13),
    })
    offset = end + 19
  }
  return columns
}

/** Reads a DataRow of text values. */
export function readRow(body: Buffer): (string | null)[] {
  const cells: (string | null)[] = []
  let offset = 2
  for (let i = body.readUInt16BE(0); i > 0; i--) {
    const size = body.readInt32BE(offset)
    offset += 4
    if (size < 0) {
      cells.push(null)
    } else {
      cells.push(body.toString('utf8', offset, offset + size))
      offset += size
    }
  }
  return cells
}

/** The fields of an ErrorResponse or NoticeResponse by their letter. */
export type ErrorFields = ReadonlyMap<string, string>

/** Reads an ErrorResponse or NoticeResponse. */
export function readError(body: Buffer): ErrorFields {
  const fields = new Map<string, string>()
  let offset = 0
  while (offset < body.length && body[offset] !== 0) {
    const end = body.indexOf(0, offset)
    fields.set(String.fromCharCode(body[offset]!), body.toString('utf8', offset + 1, end))
    offset = end + 1
  }
  return fields
}

/** Writes an ErrorResponse. */
export function errorResponse(fields: Iterable<readonly [string, string]>): Buffer {
  const parts: Buffer[] = []
  for (const [letter, text] of fields) parts.push(Buffer.from(letter, 'latin1'), cstring(text))
  return message('E', ...parts, Buffer.from([0]))
}

/** An ErrorResponse of our own, in the words of a server. */
export function ourError(
  severity: 'ERROR' | 'FATAL',
  code: string,
  text: string,
  hint?: string,
): Buffer {
  const fields: [string, string][] = [
    ['S', severity],
    ['V', severity],
    ['C', code],
    ['M', text],
  ]
  if (hint !== undefined) fields.push(['H', hint])
  return errorResponse(fields)
}

export const authenticationOk = message('R', int32(0))
export const authenticationCleartextPassword = message('R', int32(3))
export const readyForQueryIdle = message('Z', Buffer.from('I'))

/** ParameterStatus. */
export function parameterStatus(name: string, value: string): Buffer {
  return message('S', cstring(name), cstring(value))
}

/** BackendKeyData. */
export function backendKeyData(processId: number, secret: number): Buffer {
  return message('K', int32(processId), int32(secret))
}

/** A text that ends in a zero byte, as in CommandComplete and PasswordMessage. */
export function readCString(body: Buffer, offset = 0): string {
  const end = body.indexOf(0, offset)
  return body.toString('utf8', offset, end < 0 ? body.length : end)
}
