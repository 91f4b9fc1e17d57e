/** What an endpoint answers: without what is not for its callers' eyes, and as the table says. */
import { BallastError } from '../errors.ts'
import { Refusal } from './admission.ts'
import type { EndpointContext } from './settings.ts'
import type { MigrateEvent, Plan, Problem, Status, Summary } from './types.ts'

/** What a run gives. */
export type Result = Summary | Plan | Status

/** Runs, telling of what happens. */
export type Work = (onEvent: (event: MigrateEvent) => void) => Promise<Result>

/** A failure as a caller gets to see it. */
export type Shown = Partial<Problem> & { code: string, message: string }

const OWN_STATUS: Readonly<Record<string, number>> = { BM001: 500, BM015: 500, BM016: 404 }

// By the first two characters of our own codes: what the request ran into, or what we are to blame
// for. Whatever is not in here is PostgreSQL's.
const CLASS_STATUS: Readonly<Record<string, number>> =
  { BM: 409, BH: 502, BC: 502, BN: 500, BA: 500 }

/** The HTTP status of a failure, where none has been sent yet. */
function statusOf(code: string): number {
  return OWN_STATUS[code] ?? CLASS_STATUS[code.slice(0, 2)] ?? 422
}

// What may quote a statement or a value of a row.
const HIDDEN = new Set(['statement', 'detail', 'internalQuery', 'where'])

/** A failure without statements, values and addresses, unless `details`. */
export function shown(error: unknown, details: boolean): Shown {
  if (!(error instanceof BallastError)) {
    return { code: 'BA001', message: 'The endpoint failed. This is a bug of ballast.' }
  }
  const { code = 'BA001', message } = error
  const fields = Object.entries(error).filter(([name]) => details || !HIDDEN.has(name))
  // Behind the colon of these comes what `fetch`, the endpoint or a connection string said.
  const plain = message.replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '...')
  const isOfRequest = /^B[HNC]/.test(code)
  return {
    ...Object.fromEntries(fields),
    code,
    message: isOfRequest && !details ? plain.replace(/:\s.*$/s, '') : plain,
  }
}

/** A result without the text of statements, unless `details`. */
function withoutText(result: Result, details: boolean): Result {
  if (details || !isPlan(result)) return result
  const requests = result.requests.map(request => ({
    ...request,
    statements: request.statements.map(({ tag, line }) => ({ tag, line })),
  }))
  return { ...result, requests }
}

function isPlan(result: Result): result is Plan {
  return 'requests' in result && Array.isArray(result.requests)
}

const headers = (type: string): Record<string, string> => ({
  'content-type': type,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
})

function json(
  status: number, value: unknown, more: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value) + '\n', {
    status, headers: { ...headers('application/json'), ...more },
  })
}

/** The answer to a request that was refused before the database was asked. */
export function refused(error: unknown, details: boolean): Response {
  if (error instanceof Refusal) {
    const { status, code, message, headers: more } = error
    return json(status, { error: { code, message } }, more)
  }
  const problem = shown(error, details)
  return json(statusOf(problem.code), { error: problem })
}

/** One answer at the end. `wrap` makes of the result what is sent. */
export async function whole(
  work: Work, details: boolean, ctx: EndpointContext, wrap: (result: Result) => unknown,
): Promise<Response> {
  const running = work(() => {})
  ctx.waitUntil(running.catch(() => {}))
  try {
    return json(200, wrap(withoutText(await running, details)))
  } catch (error) {
    return refused(error, details)
  }
}

/** Every event as it happens, one a line, with how it ended in the last. */
export function streamed(work: Work, details: boolean, ctx: EndpointContext): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const encoder = new TextEncoder()
  // Nobody waits for a write: a caller that reads slowly, or went away, must not hold up the run.
  const write = (line: string): void => {
    writer.write(encoder.encode(line + '\n')).catch(() => {})
  }
  // Whoever stands between sees at once that an answer has begun.
  write('')
  const end = async (): Promise<void> => {
    try {
      const result = await work(event => { write(JSON.stringify(event)) })
      write(JSON.stringify({ event: 'done', ...withoutText(result, details) }))
    } catch (error) {
      write(JSON.stringify({ event: 'error', ...shown(error, details) }))
    }
    await writer.close().catch(() => {})
  }
  ctx.waitUntil(end())
  return new Response(readable, { headers: headers('application/x-ndjson') })
}
