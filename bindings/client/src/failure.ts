import type { Outcome } from './core.ts'
import { BallastError } from './errors.ts'
import { ReplyError } from './reply.ts'
import { isOfParser } from './types.ts'
import type { Stopped } from './watch.ts'

/** A request as `fetch` takes it. */
export interface Request {
  url: string
  init: Omit<RequestInit, 'headers'> & { headers: Readonly<Record<string, string>> }
}

/** How far an attempt came before it failed. */
export interface Progress {
  request: Request | undefined
  fetching: Promise<Response> | undefined
  response: Response | undefined
  stopped: Stopped | undefined
}

// What runtimes call a connection that never came about. Nothing was sent over it.
const NOT_CONNECTED = new Set([
  'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT', 'ConnectionRefused', 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/**
 * What went wrong, in the core's terms; undefined where the failure is not the request's, such as
 * a connection string that is none or an `authToken` function that threw.
 */
export function failureOf(
  error: unknown, { request, fetching, response, stopped }: Progress,
): { outcome: Outcome, cause: unknown } | undefined {
  const requestId = response?.headers.get('neon-request-id') ?? null
  const reply = { requestId, status: response?.status ?? null, delivered: false }
  if (stopped !== undefined) {
    // An answer that comes too late must not hold its connection.
    if (response === undefined) fetching?.then(late => late.body?.cancel()).catch(() => {})
    const { kind, message, cause } = stopped
    return { outcome: { failed: kind, message, ...reply }, cause }
  }
  if (request === undefined || isOfParser(error)) return undefined
  if (error instanceof BallastError) {
    error.status ??= response?.status
    error.requestId ??= requestId ?? undefined
    return undefined
  }
  if (error instanceof ReplyError) {
    const { message, code } = error
    return { outcome: { failed: 'reply', message, code, ...reply }, cause: undefined }
  }
  const failed = response === undefined && neverConnected(error) ? 'connect' : 'reset'
  if (quotes(error, request)) {
    const message = 'fetch() refused the request, and its message quotes a header'
    return { outcome: { failed, message, ...reply }, cause: undefined }
  }
  return { outcome: { failed, message: describe(error), ...reply }, cause: error }
}

/** Node puts the telling error under `cause`, and there perhaps one for each address it tried. */
function neverConnected(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false
  if ('code' in error && NOT_CONNECTED.has(String(error.code))) return true
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(each => neverConnected(each, depth + 1))
  }
  return 'cause' in error && neverConnected(error.cause, depth + 1)
}

/** Runtimes quote a header that they do not like, and ours are secrets. */
function quotes(error: unknown, { init }: Request): boolean {
  const text = describe(error) + (error instanceof Error ? error.stack : '')
  return ['Neon-Connection-String', 'Authorization'].some(name => {
    const value = init.headers[name]
    return value !== undefined && text.includes(value.replace(/^Bearer /, ''))
  })
}

function describe(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.message || ('code' in error ? String(error.code) : error.name)
  if (error.cause === undefined || depth > 4) return text
  return `${text}: ${describe(error.cause, depth + 1)}`
}
