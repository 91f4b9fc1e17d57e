import type { Body } from './body.ts'
import { config } from './config.ts'
import type { FetchFunction } from './config.ts'
import { urlOf } from './connection.ts'
import type { Address } from './connection.ts'
import { Attempts } from './core.ts'
import type { Outcome, RetryPolicy } from './core.ts'
import { BallastError } from './errors.ts'
import { emit } from './events.ts'
import type { QueryEvent, QueryListener, Statement } from './events.ts'
import { failureOf } from './failure.ts'
import type { Request } from './failure.ts'
import type { ValueOrFunction } from './options.ts'
import { readBatch, readReply, streamBlocks } from './reply.ts'
import type { DecodeOptions, QueryResult } from './reply.ts'
import type { ColumnBlock } from './rows.ts'
import { mergeHeaders } from './settings.ts'
import type { Settings } from './settings.ts'
import { Watch } from './watch.ts'

/** One request: its body, and how to read what comes back. */
export interface Call {
  settings: Settings
  body: Body
  /** For `onEvent`; may be empty where nobody listens. */
  statements: readonly Statement[]
  /** How the answer is read: one for each statement of a batch, one alone for a single query. */
  decode: DecodeOptions | readonly DecodeOptions[]
  /** Makes what the caller gets of an answer. */
  shape: (reply: Reply, call: Call) => unknown
  /** The headers that make a batch a particular transaction. */
  batchHeaders: Readonly<Record<string, string>> | undefined
}

/** What is noted down while a request runs, for `onEvent`. */
interface Trace {
  rows: number
  attempts: number
  bytes: number
  requestId: string | null
}

/** A decoded answer. */
export type Reply = QueryResult | QueryResult[]

/** Sends a request until it is answered or must be given up, and reads the answer. */
export function send(call: Call): Promise<unknown> {
  const { isPlain, onEvent } = call.settings
  if (isPlain) return deliver(call, undefined, undefined)
  return onEvent === undefined ? watched(call, undefined) : observed(call, onEvent)
}

async function watched(call: Call, trace: Trace | undefined): Promise<unknown> {
  const { timeoutMs, fetchOptions } = call.settings
  const signal = fetchOptions?.['signal'] as AbortSignal | null | undefined
  if (timeoutMs === undefined && !signal) return deliver(call, undefined, trace)
  const watch = new Watch(signal ?? undefined, timeoutMs)
  try {
    return await deliver(call, watch, trace)
  } finally {
    watch.close()
  }
}

async function observed(call: Call, listener: QueryListener): Promise<unknown> {
  const trace: Trace = { rows: 0, attempts: 0, bytes: 0, requestId: null }
  const started = performance.now()
  let ended: Pick<QueryEvent, 'fate' | 'code'> = { fate: 'answered', code: null }
  try {
    return await watched(call, trace)
  } catch (error) {
    const { fate, code } = error instanceof BallastError ? error : {}
    ended = { fate: fate ?? 'refused', code: code ?? null }
    throw error
  } finally {
    emit(listener, call.statements, { ...trace, ...ended, durationMs: performance.now() - started })
  }
}

/** The loop of attempts. What to do about a failure, and what to call it, is the core's say. */
async function deliver(
  call: Call, watch: Watch | undefined, trace: Trace | undefined,
): Promise<unknown> {
  const { settings } = call
  let attempts: Attempts | undefined
  let sleepMs = 0
  let wasSent = false
  for (;;) {
    let request: Request | undefined
    let fetching: Promise<Response> | undefined
    let response: Response | undefined
    let outcome: Outcome
    let cause: unknown
    try {
      if (sleepMs > 0) await pause(sleepMs, watch)
      const found = settings.connection.address ?? settings.connection.resolve()
      const address = found instanceof Promise ? await guard(found, watch) : found
      request = settings.isPlain ? plain(call, address) : await special(call, address, watch)
      if (watch?.stopped !== undefined) throw watch.stopped
      if (trace !== undefined) trace.attempts++
      wasSent = true
      fetching = (config.fetchFunction as FetchFunction ?? fetch)(request.url, request.init)
      response = await guard(fetching, watch)
      if (trace !== undefined) note(trace, response)
      if (response.status === 200) {
        const reply = isStream(call.decode)
          ? streamed(call, call.decode, request, response)
          : await guard(read(response, call.decode), watch)
        if (trace !== undefined) trace.rows = rowsIn(reply)
        return call.shape(reply, call)
      }
      outcome = await refusal(response, watch)
    } catch (error) {
      const failure = failureOf(error, { request, fetching, response, stopped: watch?.stopped })
      if (failure === undefined) throw error
      outcome = failure.outcome
      cause = failure.cause
    }
    attempts ??= new Attempts(policyOf(call))
    const next = attempts.next(outcome, Math.random())
    if ('error' in next) {
      // What was given up before it was sent cannot have run.
      const fields = wasSent ? next.error : { ...next.error, fate: 'refused' as const, attempts: 0 }
      if (response !== undefined) fields.status = response.status
      throw new BallastError(fields, cause === undefined ? {} : { cause })
    }
    sleepMs = next.sleepMs
  }
}

/** A result whose rows are read as they are asked for. From here on nothing is sent again. */
function streamed(
  call: Call, decode: DecodeOptions, request: Request, response: Response,
): QueryResult {
  const rows = async function* (): AsyncGenerator<ColumnBlock, void, void> {
    let delivered = false
    try {
      for await (const block of streamBlocks(response, decode)) {
        delivered = true
        yield block
      }
    } catch (error) {
      const progress = { request, fetching: undefined, response, stopped: undefined }
      const failure = failureOf(error, progress)
      if (failure === undefined) throw error
      const outcome = { ...failure.outcome, delivered }
      const next = new Attempts({ ...policyOf(call), attempts: 1 }).next(outcome, 0)
      if ('error' in next) {
        throw new BallastError({ ...next.error, status: response.status }, { cause: failure.cause })
      }
    }
  }
  return { fields: [], rows: rows(), command: '', rowCount: null, rowAsArray: false }
}

function isStream(decode: Call['decode']): decode is DecodeOptions {
  return !isBatch(decode) && decode.rowMode === 'blocks'
}

/** Waits for `work`, or until the query must end, where it must. */
function guard<T>(work: Promise<T>, watch: Watch | undefined): Promise<T> {
  return watch === undefined ? work : watch.wait(work)
}

/** The request of a query that asked for nothing special: the usual one, and the fast one. */
function plain({ body, batchHeaders }: Call, address: Address): Request {
  return {
    url: urlOf(address, false),
    init: {
      method: 'POST',
      body,
      headers: batchHeaders === undefined && typeof body === 'string'
        ? address.headers
        : { ...address.headers, ...typeOf(body), ...batchHeaders },
      redirect: 'manual',
    },
  }
}

/**
 * A token that is missing must not turn into a request without one: that would run with the rights
 * of the connection string's user.
 */
async function tokenOf(
  authToken: ValueOrFunction<string>, watch: Watch | undefined,
): Promise<string> {
  const token: unknown = typeof authToken === 'function'
    ? await guard(Promise.resolve(authToken()), watch)
    : authToken
  if (typeof token === 'string' && /^[!-~]+$/.test(token)) return token
  throw new TypeError('authToken gave no token: it must be a JWT, or a function that returns one')
}

/** What `fetch` says by itself of a string, said of bytes. */
function typeOf(body: Body): Record<string, string> | undefined {
  return typeof body === 'string' ? undefined : { 'Content-Type': 'text/plain;charset=UTF-8' }
}

async function special(
  { settings, body, batchHeaders }: Call, address: Address, watch: Watch | undefined,
): Promise<Request> {
  const { authToken, fetchOptions } = settings
  const token = authToken === undefined ? undefined : await tokenOf(authToken, watch)
  let headers: Record<string, string> =
    { ...address.headers, ...typeOf(body), ...batchHeaders }
  if (token !== undefined) headers['Authorization'] = 'Bearer ' + token
  if (fetchOptions?.['headers']) headers = mergeHeaders(headers, fetchOptions['headers'])
  return {
    url: urlOf(address, token !== undefined),
    init: {
      method: 'POST',
      body,
      // A redirect would carry the password to wherever it points.
      redirect: 'manual',
      ...fetchOptions,
      headers,
      ...(watch !== undefined && { signal: watch.signal }),
    },
  }
}

function read(response: Response, decode: Call['decode']): Promise<Reply> {
  return isBatch(decode) ? readBatch(response, decode) : readReply(response, decode)
}

function isBatch(decode: Call['decode']): decode is readonly DecodeOptions[] {
  return Array.isArray(decode)
}

/** A reply that is not 200, whole: what it means is for the core to find out. */
async function refusal(response: Response, watch: Watch | undefined): Promise<Outcome> {
  const body = await guard(response.arrayBuffer(), watch)
  return {
    status: response.status,
    requestId: response.headers.get('neon-request-id'),
    body: new Uint8Array(body),
    contentType: response.headers.get('content-type'),
  }
}

/** A transaction that cannot write may run twice; the server sees to it that it cannot. */
function policyOf({ settings, batchHeaders }: Call): RetryPolicy {
  const isReadOnly = batchHeaders !== undefined && settings.readOnly === true
  return isReadOnly ? { ...settings.policy, idempotent: true } : settings.policy
}

function pause(ms: number, watch: Watch | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const slept = new Promise<void>(resolve => { timer = setTimeout(resolve, ms) })
  return guard(slept, watch).finally(() => { clearTimeout(timer) })
}

function rowsIn(reply: Reply): number {
  return Array.isArray(reply)
    ? reply.reduce((rows, result) => rows + (result.rowCount ?? 0), 0)
    : reply.rowCount ?? 0
}

function note(trace: Trace, response: Response): void {
  trace.requestId = response.headers.get('neon-request-id')
  trace.bytes = Number(response.headers.get('content-length') ?? 0)
}
