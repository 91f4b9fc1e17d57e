/** What `fetch` says when it fails, read as far as it can be. */

// What runtimes call a connection that never came about. Nothing was sent over it.
const NOT_CONNECTED = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT', 'ConnectionRefused', 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Node puts the telling error under `cause`, and there perhaps one for each address it tried. */
export function neverConnected(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false
  if ('code' in error && NOT_CONNECTED.has(String(error.code))) return true
  // Browsers and Node connect to no port that is known for another protocol.
  if ('message' in error && error.message === 'bad port') return true
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(each => neverConnected(each, depth + 1))
  }
  return 'cause' in error && neverConnected(error.cause, depth + 1)
}

/** What is said in the place of a message that `quotes`. */
export const QUOTED = 'fetch() refused the request, and its message quotes a header'

/** Runtimes quote a header that they do not like, and ours are secrets. */
export function quotes(error: unknown, headers: Readonly<Record<string, string>>): boolean {
  const text = describe(error) + (error instanceof Error ? error.stack : '')
  return ['Neon-Connection-String', 'Authorization'].some(name => {
    const value = headers[name]
    return value !== undefined && text.includes(value.replace(/^Bearer /, ''))
  })
}

/** The message of an error, and of what lies under it. */
export function describe(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.message || ('code' in error ? String(error.code) : error.name)
  if (error.cause === undefined || depth > 4) return text
  return `${text}: ${describe(error.cause, depth + 1)}`
}
