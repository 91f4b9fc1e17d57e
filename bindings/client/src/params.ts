import { encodeBytea } from './core.ts'
import { isBytes } from './fragment.ts'

/** Bytes up to this many are written here: below it, crossing into the core costs more. */
const SMALL_BYTES_MAX = 48

/**
 * The text that PostgreSQL reads for a JavaScript value, or null for NULL.
 *
 * Numbers, booleans and bigints become their digits; dates keep their instant and show the local
 * time with its offset; arrays become array literals; bytes become `\x…`; an object with a
 * `toPostgres` method becomes what that returns; any other object becomes JSON.
 */
export function toText(value: unknown): string | null {
  switch (typeof value) {
    case 'string': return value
    case 'undefined': return null
    case 'object': return value === null ? null : objectToText(value, undefined)
    default: return String(value)
  }
}

/**
 * A `vector` of pgvector, from numbers: `[1,2,3]`. A typed array that is given to a query as it is
 * goes as `bytea`, which is what existing code expects of it, so vectors are said to be vectors.
 *
 * @example
 * await sql`select id from documents order by embedding <-> ${vector(embedding)} limit 5`
 */
export function vector(values: Float32Array | Float64Array | readonly number[]): string {
  return '[' + values.join(',') + ']'
}

function objectToText(value: object, seen: object[] | undefined): string | null {
  if (isBytes(value)) return bytesToText(value)
  if (value instanceof Date) return dateToText(value)
  if (Array.isArray(value)) return arrayToText(value)
  if ('toPostgres' in value && typeof value.toPostgres === 'function') {
    if (seen?.includes(value)) {
      throw new TypeError('A query parameter\'s toPostgres() returns, in the end, itself.')
    }
    const inner: unknown = value.toPostgres(toText)
    if (typeof inner !== 'object' || inner === null) return toText(inner)
    return objectToText(inner, seen === undefined ? [value] : [...seen, value])
  }
  return JSON.stringify(value) ?? null
}

/** The bytes of whatever holds bytes, in place. */
export function bytesOf(value: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value)
}

function bytesToText(value: ArrayBufferView | ArrayBuffer): string {
  const bytes = bytesOf(value)
  if (bytes.length > SMALL_BYTES_MAX) return encodeBytea(bytes)
  let text = '\\x'
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16)
  return text
}

/** Every element is quoted, so that no text can be taken for NULL, a brace or a separator. */
function arrayToText(values: readonly unknown[]): string {
  let text = '{'
  for (let i = 0; i < values.length; i++) {
    if (i > 0) text += ','
    const value = values[i]
    if (Array.isArray(value)) {
      text += arrayToText(value)
    } else if (isBytes(value)) {
      text += '\\' + bytesToText(value)
    } else {
      const element = toText(value)
      text += element === null ? 'NULL' : '"' + element.replace(/["\\]/g, '\\$&') + '"'
    }
  }
  return text + '}'
}

/**
 * Local time with its offset, so that a `date` and a `timestamp` column get the day and hour that
 * the caller's clock shows while `timestamptz` gets the instant. An offset of the time before
 * standard zones has seconds, and PostgreSQL reads them.
 */
function dateToText(date: Date): string {
  const year = date.getFullYear()
  if (Number.isNaN(year)) return String(date)
  const text = pad(year > 0 ? year : 1 - year, 4) +
    '-' + pad(date.getMonth() + 1) + '-' + pad(date.getDate()) +
    'T' + pad(date.getHours()) + ':' + pad(date.getMinutes()) + ':' + pad(date.getSeconds()) +
    '.' + pad(date.getMilliseconds(), 3) + offsetOf(date)
  return year > 0 ? text : text + ' BC'
}

function offsetOf(date: Date): string {
  const west = date.getSeconds() === date.getUTCSeconds()
    ? date.getTimezoneOffset() * 60
    : exactOffset(date)
  const total = Math.abs(west)
  const seconds = total % 60
  return (west > 0 ? '-' : '+') + pad(Math.floor(total / 3600)) +
    ':' + pad(Math.floor(total / 60) % 60) + (seconds === 0 ? '' : ':' + pad(seconds))
}

/** The offset in seconds, which `getTimezoneOffset` rounds to minutes. */
function exactOffset(date: Date): number {
  const local = new Date(0)
  local.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate())
  local.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds())
  return (date.getTime() - local.getTime()) / 1000
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0')
}
