/** A plan between two schemas, as `ballast-tools.wasm` gives it. */

/** A rename, or that something is new: what only a person knows. Drizzle's hints look the same. */
export type Answer =
  | { type: 'rename'; kind: string; from: readonly string[]; to: readonly string[] }
  | { type: 'create'; kind: string; entity: readonly string[] }

/** Is the one of `to` the one of `from`, under another name? */
export interface PlanQuestion {
  type: 'rename'
  kind: string
  from: readonly string[]
  to: readonly string[]
}

/** A statement, without its `;`, and what it does to those who use the database meanwhile. */
export interface PlannedStatement {
  sql: string
  /** The id of what it is about. */
  object: string
  hazards?: readonly string[]
  locks?: readonly { relation: string; mode: string }[]
  scans?: readonly string[]
  rewrites?: readonly string[]
  /** Whether it is refused within a transaction. */
  alone?: boolean
  /** Statements of one number go into one transaction. */
  segment: number
}

/** How a change undoes: without a trace, depending on the rows, or losing data. */
export type Grade = 'green' | 'yellow' | 'red'

/** The way from one schema to another. */
export interface Plan {
  grade: Grade
  statements: readonly PlannedStatement[]
  questions: readonly PlanQuestion[]
  /** Ids of the tables and columns whose rows or values are lost. */
  deletes: readonly string[]
  /** The same as the text of a migration. */
  script: string
}

/** How to plan. */
export interface PlanSettings {
  /** The major version of the servers that will run it. */
  postgres: number
  /** Whether to prefer forms that let others work meanwhile. */
  online?: boolean
  /** Tables that are not to be written anew in one go; `*` is all. */
  large?: readonly string[]
  answers?: readonly Answer[]
  /** What parts the statements of `script`. */
  separator?: string
}
