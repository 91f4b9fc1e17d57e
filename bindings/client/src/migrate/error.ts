import { BallastError } from '../errors.ts'
import type { ErrorFields } from '../errors.ts'
import type { Problem } from './types.ts'

// `line` and `column` say where in a migration's file it is. Of an error of PostgreSQL's these
// names mean a line of the server's own source, as text, and the name of a column.
type Base = Omit<BallastError, 'line' | 'column'>
const Base = BallastError as unknown as new (fields: ErrorFields, options?: ErrorOptions) => Base

/**
 * Why a run of migrations failed, with the fields of its `Problem`. A `BallastError` too.
 *
 * @example
 * try {
 *   await run(bundle, { url, action: 'apply' })
 * } catch (error) {
 *   if (!(error instanceof MigrationError)) throw error
 *   console.error(`${error.file}:${error.line}: ${error.message}`)
 * }
 */
export class MigrationError extends Base {
  declare code: string
  /** The migration. */
  declare tag: string | undefined
  declare line: number | undefined
  declare column: number | undefined
  /** The text of the statement. */
  declare statement: string | undefined
  declare tags: string[] | undefined
  /** What an undo would lose. */
  declare loses: string[] | undefined
  /** Done before it failed. */
  declare applied: string[]
  declare pending: string[]
  declare requests: number

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem as unknown as ErrorFields, options)
  }

  override get name(): string {
    return 'MigrationError'
  }

  /** The fields, as JSON has them. */
  get problem(): Problem {
    return { ...this, message: this.message } as unknown as Problem
  }
}
