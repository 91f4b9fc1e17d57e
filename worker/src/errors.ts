import { BallastError } from 'ballast'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** An answer that is not a success: what happened, and where in the input. */
export class Problem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly more: Readonly<Record<string, unknown>>

  constructor(
    status: ContentfulStatusCode,
    code: string,
    message: string,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.more = more
  }

  /** The JSON that the client sees. */
  toResponse(): Response {
    const { status, code, message, more } = this
    const headers: Record<string, string> = {}
    if (status === 503) headers['retry-after'] = '1'
    if (status === 405) headers['allow'] = String(more['allow'])
    return Response.json({ error: { code, message, ...more } }, { status, headers })
  }
}

/** Turns whatever was thrown into an answer. Texts that are not ours stay in the log. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof BallastError) return fromDatabase(error)
  console.error('unexpected error', error)
  return new Problem(500, 'internal', 'The request could not be completed.')
}

/** Which column a unique constraint of ours guards, since PostgreSQL names only the constraint. */
const uniqueColumns: Readonly<Record<string, string>> = {
  users_pkey: 'user_id',
  users_email_key: 'email',
}

// Not reached, not answered, or too busy: asking again later may help. 08 is a lost connection, 53
// a lack of resources, 57 an operator's doing, 40 a conflict, 55 a lock, BH an error of HTTP.
const passing = /^(08|53|57|40|55|BH)/

function fromDatabase(error: BallastError): Problem {
  const code = error.code ?? 'unknown'
  const known = { requestId: error.requestId ?? null }
  if (code === '23505') {
    const column = uniqueColumns[error.constraint ?? ''] ?? null
    const message =
      column === null ? 'It exists already.' : `A user with this ${column} exists already.`
    return new Problem(409, 'already-exists', message, { column, sqlstate: code })
  }
  // Class 22: the value passed our checks but not PostgreSQL's, such as a number out of range.
  if (code.startsWith('22')) {
    return new Problem(400, 'bad-value', 'The database cannot store this value.', {
      sqlstate: code,
    })
  }
  // Class BN: the secret is there but is not a connection string that can be used.
  if (code.startsWith('BN'))
    return new Problem(500, 'not-configured', 'DATABASE_URL cannot be used.')
  console.error('database error', { code, message: error.message, fate: error.fate, ...known })
  if (passing.test(code)) {
    const message = 'The database is not available right now.'
    return new Problem(503, 'database-unavailable', message, { sqlstate: code, ...known })
  }
  const message = 'The database answered with an error.'
  return new Problem(502, 'database-error', message, { sqlstate: code, ...known })
}
