/** What a check finds out about a query, and who is asked for it. */

/** A parameter, `$1` and on. */
export interface Parameter {
  /** As PostgreSQL prints the type: `integer`, `text[]`, `app.mood`. */
  type: string
  /** Of a built-in type; any other number or 0 of one that is the database's own. */
  oid: number
  /** Of an array, the oid of its elements; else 0. */
  element: number
  /** Whether NULL may be given; false where it is only ever stored in columns that refuse it. */
  nullable: boolean
}

/** A column of the result. */
export interface ResultColumn {
  name: string
  type: string
  oid: number
  modifier: number
  /** False only where no row can have NULL there. */
  nullable: boolean
  /** The table's column that it is, where it is one. */
  table?: string
  column?: string
}

/** Columns of a table that a query reads or writes. */
export interface TableUse {
  table: string
  columns: string[]
}

/** What PostgreSQL would say of a query that it refuses, with its own words. */
export interface Diagnostic {
  code: string
  message: string
  /** In characters of the query, from 1. */
  position?: number
  hint?: string
  detail?: string
  /** What was probably meant, where PostgreSQL has no hint. */
  suggestion?: string
}

/** A query that PostgreSQL would take. */
export interface Accepted {
  verdict: 'ok'
  /** The first word of the command tag. */
  command: string
  /** It writes nothing, so that running it twice does no harm. */
  readOnly: boolean
  parameters: Parameter[]
  columns: ResultColumn[]
  reads?: TableUse[]
  writes?: TableUse[]
}

/** What is known of a query. */
export type CheckResult =
  | Accepted
  | { verdict: 'error', error: Diagnostic }
  | { verdict: 'notChecked', why: string }

/** Who knows about queries. */
export interface Judge {
  check(text: string): CheckResult
  /** What PostgreSQL would say of a text that is no value of a type; undefined where it may be. */
  value(type: string, text: string): Diagnostic | undefined
  /** The migrations that led to what is known, all of them. */
  migrations: readonly string[]
}

/** A database's schema: what `ballast check` and `ballast types` write into `schema.js`. */
export interface CheckSchema {
  version: 1
  /** The major version of the servers. */
  postgres: number
  searchPath?: readonly string[]
  /** The last migration that led to it, or null where none did. */
  migration: string | null
  /** All of them. */
  migrations?: readonly string[]
  /** Names `text`, so that a list of verified queries says which schema it is for. */
  hash?: string
  text: string
}
