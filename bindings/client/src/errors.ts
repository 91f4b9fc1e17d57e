/** PostgreSQL's error fields, by the names that its own protocol documentation gives them. */
export const errorFields = [
  'severity', 'code', 'detail', 'hint', 'position', 'internalPosition', 'internalQuery', 'where',
  'schema', 'table', 'column', 'dataType', 'constraint', 'file', 'line', 'routine',
] as const

/**
 * What became of a request: `answered` by the server, `refused` (it never ran), or `unknown`
 * (it was sent and no answer came, so it may have run).
 */
export type Fate = 'answered' | 'refused' | 'unknown'

/** The fields of a `BallastError`. */
export interface ErrorFields {
  message: string
  code: string
  severity?: string
  detail?: string
  hint?: string
  position?: string
  internalPosition?: string
  internalQuery?: string
  where?: string
  schema?: string
  table?: string
  column?: string
  dataType?: string
  constraint?: string
  file?: string
  line?: string
  routine?: string
  suggestion?: string
  parameter?: number
  status?: number
  requestId?: string
  fate: Fate
  attempts: number
}

/**
 * The one error of this package. `code` is PostgreSQL's SQLSTATE, or one of Ballast's own codes
 * (five characters in class `B`) where the failure is not the database's.
 *
 * @example
 * try {
 *   await sql`insert into users (email) values (${email})`
 * } catch (error) {
 *   if (error instanceof BallastError && error.code === '23505') return taken(error.constraint)
 *   throw error
 * }
 */
export class BallastError extends Error {
  declare code: string | undefined
  declare severity: string | undefined
  declare detail: string | undefined
  declare hint: string | undefined
  declare position: string | undefined
  declare internalPosition: string | undefined
  declare internalQuery: string | undefined
  declare where: string | undefined
  declare schema: string | undefined
  declare table: string | undefined
  declare column: string | undefined
  declare dataType: string | undefined
  declare constraint: string | undefined
  declare file: string | undefined
  declare line: string | undefined
  declare routine: string | undefined
  /** Of an error of the check: what was probably meant, where PostgreSQL has no hint. */
  declare suggestion: string | undefined
  /** Of an error of the check: the number of the parameter whose value is wrong. */
  declare parameter: number | undefined
  /** The HTTP status of the last reply, if one came. */
  declare status: number | undefined
  /** Neon's `neon-request-id`, which its support asks for. */
  declare requestId: string | undefined
  /** Whether the request ran: see `Fate`. */
  declare fate: Fate | undefined
  /** How many times the request was sent. */
  declare attempts: number | undefined

  constructor(fields: string | ErrorFields, options?: ErrorOptions) {
    super(typeof fields === 'string' ? fields : fields.message, options)
    // Only the fields that came: a printed error should not be a page of `undefined`.
    if (typeof fields === 'object') {
      for (const [name, value] of Object.entries(fields)) {
        if (name !== 'message' && value !== undefined && value !== null) {
          Object.defineProperty(this, name, {
            value, enumerable: true, writable: true, configurable: true,
          })
        }
      }
    }
  }

  override get name(): string {
    return 'BallastError'
  }

  /** The failure underneath, by the name that `@neondatabase/serverless` gives it: `cause`. */
  get sourceError(): Error | undefined {
    return this.cause instanceof Error ? this.cause : undefined
  }
}
