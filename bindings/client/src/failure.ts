import type { Outcome } from './core.ts'
import { BallastError } from './errors.ts'
import { QUOTED, describe, neverConnected, quotes } from './network.ts'
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
  if (quotes(error, request.init.headers)) {
    return { outcome: { failed, message: QUOTED, ...reply }, cause: undefined }
  }
  return { outcome: { failed, message: describe(error), ...reply }, cause: error }
}
