/** Failures as the endpoint answers them: a status and a body of seventeen keys. */
import type { ErrorFields } from './wire.js'

/** A failure with the status of its answer, and the fields of PostgreSQL where it has them. */
export class EndpointError extends Error {
  readonly status: number
  readonly fields: ErrorFields | undefined

  constructor(status: number, message: string, fields?: ErrorFields) {
    super(message)
    this.status = status
    this.fields = fields
  }
}

/** An error that PostgreSQL reported. */
export function databaseError(status: number, fields: ErrorFields): EndpointError {
  return new EndpointError(status, fields.get('M') ?? '', fields)
}

/** The client went away before the answer was ready. */
export class CancelledError extends Error {}

/** The limit on replies; also what `--chaos 507` answers. */
export function responseTooLarge(limit: number): EndpointError {
  return new EndpointError(507, `response is too large (max is ${limit} bytes)`)
}

/**
 * The JSON body of a failure. All keys are always there, in this order; `code` and `severity` are
 * empty and not null where the failure is not PostgreSQL's.
 */
export function errorBody(error: EndpointError): string {
  const get = (letter: string): string | null => error.fields?.get(letter) ?? null
  return JSON.stringify({
    message: error.message,
    code: get('C') ?? '',
    detail: get('D'),
    hint: get('H'),
    position: get('P'),
    internalPosition: get('p'),
    internalQuery: get('q'),
    severity: get('S') ?? '',
    where: get('W'),
    table: get('t'),
    column: get('c'),
    schema: get('s'),
    dataType: get('d'),
    constraint: get('n'),
    file: get('F'),
    line: get('L'),
    routine: get('R'),
  })
}
