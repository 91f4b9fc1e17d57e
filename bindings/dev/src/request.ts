/** The headers of a request: who asks, and how the answer should look. */
import { EndpointError } from './errors.js'

/** What `Neon-Connection-String` says. */
export interface ConnectionInfo {
  user: string
  password: Buffer
  host: string
  database: string
  /** The parameter `options`, which may name a compute: `endpoint=ep-…`. */
  options: string
}

/** The shape of the answer and the options of a batch. */
export interface RequestOptions {
  rawText: boolean
  arrayMode: boolean
  isolationLevel: IsolationLevel | undefined
  readOnly: boolean
  deferrable: boolean
}

const kIsolationLevels = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
} as const

/** An isolation level as the header spells it. */
export type IsolationLevel = keyof typeof kIsolationLevels

/** Percent-decodes to bytes; a percent sign that starts no escape stays as it is. */
function percentDecode(text: string): Buffer {
  const bytes = Buffer.from(text)
  const out = Buffer.alloc(bytes.length)
  let size = 0
  for (let i = 0; i < bytes.length; i++) {
    const hex = bytes.toString('latin1', i + 1, i + 3)
    if (bytes[i] === 0x25 && /^[0-9a-fA-F]{2}$/.test(hex)) {
      out[size++] = Number.parseInt(hex, 16)
      i += 2
    } else {
      out[size++] = bytes[i]!
    }
  }
  return out.subarray(0, size)
}

function parseUrl(text: string): URL {
  try {
    return new URL(text)
  } catch {
    let why = 'invalid international domain name'
    if (!/^[a-z][a-z0-9+.-]*:/i.test(text.trim())) why = 'relative URL without a base'
    else if (/^[^:]*:\/\/[^/?#]*@(?::\d*)?(?:[/?#]|$)/.test(text)) why = 'empty host'
    else if (/^[^:]*:\/\/[^/?#]*:[^/?#@\]]*(?:[/?#]|$)/.test(text)) why = 'invalid port number'
    throw new EndpointError(400, `invalid connection string: ${why}`)
  }
}

/** Reads the connection string, checking in the order that Neon checks. */
export function readConnection(headers: Headers): ConnectionInfo {
  const text = headers.get('neon-connection-string')
  if (text === null || /[^\x20-\x7e\t]/.test(text)) {
    throw new EndpointError(400, 'invalid header: neon-connection-string')
  }
  const url = parseUrl(text)
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw new EndpointError(400, 'incorrect scheme')
  }
  if (!url.pathname.startsWith('/')) throw new EndpointError(400, 'missing database name')
  const database = percentDecode(url.pathname.split('/')[1] ?? '').toString()
  if (url.username === '') throw new EndpointError(400, 'missing username')
  // A bearer token belongs to the `apiauth.` host, which this endpoint is not: a request that
  // carries one has no password as far as Neon is concerned, whatever its URL says.
  if (headers.has('authorization') || url.password === '') {
    throw new EndpointError(400, 'missing authentication credentials: required password')
  }
  if (url.hostname === '') throw new EndpointError(400, 'missing hostname')
  return {
    user: percentDecode(url.username).toString(),
    password: percentDecode(url.password),
    host: url.hostname,
    database,
    options: url.searchParams.get('options') ?? '',
  }
}

/** Reads the other headers. A boolean is true for the bytes `true` alone. */
export function readOptions(headers: Headers): RequestOptions {
  const isTrue = (name: string): boolean => headers.get(name) === 'true'
  const level = headers.get('neon-batch-isolation-level')
  if (level !== null && !Object.hasOwn(kIsolationLevels, level)) {
    throw new EndpointError(400, 'invalid isolation level')
  }
  return {
    rawText: isTrue('neon-raw-text-output'),
    arrayMode: isTrue('neon-array-mode'),
    isolationLevel: (level ?? undefined) as IsolationLevel | undefined,
    readOnly: isTrue('neon-batch-read-only'),
    deferrable: isTrue('neon-batch-deferrable'),
  }
}

/** The command that opens a batch. */
export function startTransaction(options: RequestOptions): string {
  const modes: string[] = []
  if (options.isolationLevel !== undefined) {
    modes.push(`ISOLATION LEVEL ${kIsolationLevels[options.isolationLevel]}`)
  }
  if (options.readOnly) modes.push('READ ONLY')
  if (options.deferrable) modes.push('DEFERRABLE')
  return ['START TRANSACTION', modes.join(', ')].join(' ').trim()
}

/** What a batch repeats of its own headers in its answer. */
export function batchHeaders(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {}
  if (options.readOnly) headers['neon-batch-read-only'] = 'true'
  if (options.deferrable) headers['neon-batch-deferrable'] = 'true'
  if (options.isolationLevel !== undefined) {
    headers['neon-batch-isolation-level'] = options.isolationLevel
  }
  return headers
}
