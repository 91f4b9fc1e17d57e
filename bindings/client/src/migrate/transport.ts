/** One request to the database's endpoint, and how it went. Who sends it again is the runner. */
import { QUOTED, describe, neverConnected, quotes } from '../network.ts'
import { Watch } from '../watch.ts'

/** Where requests go, with what goes into `Neon-Connection-String`. */
export interface Address {
  url: string
  connectionString: string
}

/** A reply, or why there is none. */
export type Outcome =
  | { status: number, body: Uint8Array<ArrayBuffer> }
  | { why: 'connect' | 'reset' | 'timeout' | 'abort', message: string }

/** A `fetch`, or something that stands in for one. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** What a request may use and how long it may take. */
export interface Terms {
  fetch: Fetch | undefined
  signal: AbortSignal | undefined
  /** No limit where there is none. */
  timeoutMs: number | undefined
}

/** What a request that its caller has given up comes to. */
export const ABORTED: Outcome = { why: 'abort', message: 'the run was aborted by its caller' }

/** Sends a request and waits for all of its answer. */
export async function post(
  { url, connectionString }: Address, body: Uint8Array<ArrayBuffer>,
  { fetch: given, signal, timeoutMs }: Terms,
): Promise<Outcome> {
  const headers = {
    'Neon-Connection-String': connectionString,
    'Neon-Raw-Text-Output': 'true',
    'Neon-Array-Mode': 'true',
    'Content-Type': 'application/json',
  }
  const watch = new Watch(signal, timeoutMs)
  let fetching: Promise<Response> | undefined
  let response: Response | undefined
  try {
    if (watch.stopped !== undefined) return ABORTED
    // A redirect would carry the password to wherever it points.
    const init: RequestInit =
      { method: 'POST', headers, body, redirect: 'manual', signal: watch.signal }
    fetching = (given ?? fetch)(url, timeoutMs === undefined && !given ? patient(init) : init)
    response = await watch.wait(fetching)
    const bytes = await watch.wait(response.arrayBuffer())
    return { status: response.status, body: new Uint8Array(bytes) }
  } catch (error) {
    if (watch.stopped !== undefined) {
      // An answer that comes too late must not hold its connection.
      if (response === undefined) fetching?.then(late => late.body?.cancel()).catch(() => {})
      if (watch.stopped.kind === 'abort') return ABORTED
      return { why: 'timeout', message: `the request was not answered within ${timeoutMs} ms` }
    }
    const why = response === undefined && neverConnected(error) ? 'connect' : 'reset'
    return { why, message: quotes(error, headers) ? QUOTED : describe(error) }
  } finally {
    watch.close()
  }
}

/** As much as is needed of what sends requests for Node's `fetch`. */
interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean
}

/**
 * Node's `fetch` gives up after five minutes without an answer, which an index build may take. What
 * sends its requests can be told not to, for one request; other hosts have nothing of that name.
 */
function patient(init: RequestInit): RequestInit {
  const name = Symbol.for('undici.globalDispatcher.1')
  const usual = (globalThis as Record<symbol, unknown>)[name] as Dispatcher | undefined
  if (typeof usual?.dispatch !== 'function') return init
  const dispatcher: Dispatcher = {
    dispatch: (options, handler) =>
      usual.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  }
  return { ...init, dispatcher } as RequestInit
}

/** A timer that ends early when the signal aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise(resolve => {
    if (signal?.aborted === true) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end)
  })
}
