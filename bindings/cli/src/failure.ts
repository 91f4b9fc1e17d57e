/** What ends a command: findings in files, each with its place, and what to do about them. */

/** A place in a file of the user's. */
export interface Place {
  /** The path, absolute. */
  file: string
  /** From 1; undefined where it is about the whole file. */
  line?: number
  /** From 1, in characters; undefined where only the line is known. */
  column?: number
}

/** One mistake, or one warning. */
export interface Finding {
  /** A SQLSTATE or a code of ours; null for what has none. */
  code: string | null
  message: string
  place?: Place | undefined
  detail?: string | undefined
  hint?: string | undefined
  /** The statement, where no file shows it. */
  statement?: string | undefined
  /** Further sentences, such as what was applied before. */
  notes?: string[]
  /** What to do. */
  advice?: string | undefined
  /** Whether the line itself must not be shown. */
  hideLine?: boolean
}

/** A command that ends without having done what it was asked to. */
export class Failure extends Error {
  readonly findings: readonly Finding[]
  /** What `--json` prints beside the findings, as the runner gave it. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(findings: string | readonly Finding[], fields: Record<string, unknown> = {}) {
    const all = typeof findings === 'string' ? [{ code: null, message: findings }] : findings
    super(all[0]?.message)
    this.findings = all
    this.fields = fields
  }

  override get name(): string {
    return 'Failure'
  }
}

/** A failure that is a single sentence, and what to do about it. */
export function failure(message: string, advice?: string, code: string | null = null): Failure {
  return new Failure([{ code, message, advice }])
}

/** A question that nobody is there to answer: exit code 2. */
export class Question extends Error {
  /** The flag that answers it. */
  readonly flag: string
  readonly fields: Readonly<Record<string, unknown>>

  constructor(message: string, flag: string, fields: Record<string, unknown>) {
    super(message)
    this.flag = flag
    this.fields = fields
  }

  override get name(): string {
    return 'Question'
  }
}
