/** Running the statements of a request in a session. */
import type { Backend, Session } from './backend.js'
import { CancelledError, EndpointError, databaseError } from './errors.js'
import type { Payload, Statement } from './payload.js'
import { startTransaction, type RequestOptions } from './request.js'
import { Budget, ResultWriter } from './result.js'
import { kFirstUserType, type ArrayType } from './values.js'
import {
  query,
  readColumns,
  readCString,
  readError,
  readRow,
  statement,
  type Column,
  type ErrorFields,
} from './wire.js'

/** Runs a command of our own by the simple protocol. */
async function command(session: Session, sql: string): Promise<void> {
  let failure: ErrorFields | undefined
  await session.exchange(query(sql), message => {
    if (message.type === 'E') failure = readError(message.body)
  })
  if (failure !== undefined) throw databaseError(400, failure)
}

/** Finds which of the user's own types among the columns are arrays, and of what. */
async function lookUpArrays(session: Session, types: number[]): Promise<Map<number, ArrayType>> {
  const arrays = new Map<number, ArrayType>()
  const sql =
    'select a.oid, e.oid, e.typdelim from pg_catalog.pg_type a' +
    ' join pg_catalog.pg_type e on e.oid operator(pg_catalog.=) a.typelem' +
    ' and e.typarray operator(pg_catalog.=) a.oid' +
    ` where a.oid operator(pg_catalog.=) any ('{${types.join(',')}}'::pg_catalog.oid[])`
  await session.exchange(statement(sql, []), message => {
    if (message.type !== 'D') return
    const [array, element, delimiter] = readRow(message.body)
    arrays.set(Number(array), { element: Number(element), delimiter: delimiter ?? ',' })
  })
  return arrays
}

/** Runs one statement and returns the JSON of its result. */
async function run(
  session: Session,
  { query: sql, params, arrayMode }: Statement,
  options: RequestOptions,
  budget: Budget,
): Promise<string> {
  const shape = { rawText: options.rawText, arrayMode: arrayMode ?? options.arrayMode }
  const writer = new ResultWriter(shape, budget)
  let failure: Error | undefined
  let columns: Column[] = []
  // Rows with a type that is not known yet wait here until it has been looked up.
  let unknown: number[] = []
  const waiting: Buffer[] = []

  const answers = session.exchange(statement(sql, params), ({ type, body }) => {
    try {
      if (type === 'T') {
        columns = readColumns(body)
        writer.columns(columns)
        if (!shape.rawText) {
          unknown = columns.map(column => column.typeId).filter(id => id >= kFirstUserType)
        }
      } else if (type === 'D' && failure === undefined) {
        if (unknown.length > 0) waiting.push(Buffer.from(body))
        else writer.row(body)
      } else if (type === 'C') {
        writer.command(readCString(body))
      } else if (type === 'E') {
        failure ??= databaseError(400, readError(body))
      } else if (type === 'G' || type === 'H' || type === 'W') {
        failure = new EndpointError(400, 'unexpected message from server')
      }
    } catch (error) {
      failure = error as Error
      session.cancel()
    }
  })
  // A server that ends the connection says why before it does.
  await answers.catch((error: Error) => (failure ??= error))
  if (failure !== undefined) throw failure
  if (unknown.length > 0) {
    writer.arrays = await lookUpArrays(session, unknown)
    for (const body of waiting) writer.row(body)
  }
  return writer.finish()
}

async function runBatch(
  session: Session,
  statements: readonly Statement[],
  options: RequestOptions,
  budget: Budget,
  signal: AbortSignal,
): Promise<string> {
  await command(session, startTransaction(options))
  const results: string[] = []
  try {
    for (const one of statements) {
      if (signal.aborted) throw new CancelledError()
      results.push(await run(session, one, options, budget))
    }
    // A client that is gone cannot learn that its batch was committed.
    if (signal.aborted) throw new CancelledError()
  } catch (error) {
    // Should this fail, the session is in no state to be kept, and release() sees that.
    await command(session, 'ROLLBACK').catch(() => {})
    throw error
  }
  await command(session, 'COMMIT')
  return `{"results":[${results.join(',')}]}`
}

/** Whether an error is the connection's own end, and no answer that came over it. */
function isLost(error: unknown): boolean {
  return !(error instanceof EndpointError) && !(error instanceof CancelledError)
}

/**
 * Runs a request and returns the body of its reply. When `signal` aborts, the server is asked to
 * cancel, and the request ends in a CancelledError.
 */
export async function execute(
  backend: Backend,
  payload: Payload,
  options: RequestOptions,
  maxResponse: number,
  signal: AbortSignal,
): Promise<string> {
  const session = await backend.acquire()
  const cancel = (): void => session.cancel()
  signal.addEventListener('abort', cancel)
  let lost = false
  let cancelled = false
  try {
    if (signal.aborted) throw new CancelledError()
    const budget = new Budget(maxResponse)
    const [single] = payload.statements
    if (!payload.batch && single !== undefined) return await run(session, single, options, budget)
    return await runBatch(session, payload.statements, options, budget, signal)
  } catch (error) {
    lost = isLost(error)
    // Too large a reply was cancelled while it came.
    cancelled = error instanceof EndpointError && error.status === 507
    if (signal.aborted) throw new CancelledError()
    if (!lost) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new EndpointError(400, `error communicating with the server: ${reason}`)
  } finally {
    signal.removeEventListener('abort', cancel)
    // A cancel request may be on its way: it must not hit the next user of the session.
    await session.release(lost || cancelled || signal.aborted)
  }
}
