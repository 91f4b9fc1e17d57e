/** Where a check of queries stands: between a client and the sending. No code, only its shape. */
import type { QueryData } from './promise.ts'
import type { Settings } from './settings.ts'

/** What becomes of a query that a check finds wrong. */
export type OnViolation = 'auto' | 'reject' | 'warn' | 'off'

/** What a check says of a query. What it cannot judge is `notChecked`, and is sent. */
export type Verdict = 'ok' | 'error' | 'notChecked'

/** Something that a check has to tell of a request. */
export interface CheckReport {
  /**
   * `violation`: the query is wrong by the schema. `schema-mismatch`: its answer is not what the
   * schema says. `drift`: the database refused it for what the schema says is there.
   */
  kind: 'violation' | 'schema-mismatch' | 'drift'
  /** The SQLSTATE, where there is one. */
  code: string | null
  message: string
  /** Which statement of a transaction, from 0; null where that is not known. */
  statement: number | null
  /** In characters of the statement, from 1. */
  position?: number
  hint?: string
  /** What was probably meant, where PostgreSQL has no hint. */
  suggestion?: string
}

/** How a client sends: one query, or several as a transaction, each with its settings. */
export interface Runners {
  query(settings: Settings, data: QueryData): Promise<unknown>
  batch(
    settings: Settings, data: readonly QueryData[], each: readonly Settings[],
  ): Promise<unknown[]>
}

/** What looks at queries before they are sent. `checker()` and `verified()` make one. */
export interface QueryCheck {
  /** The same runners with a look at each query before it. */
  guard(runners: Runners, onViolation: OnViolation | undefined): Runners
}
