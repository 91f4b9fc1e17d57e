import type { Fate } from '../errors.ts'

/** A statement of a migration, with where it stands in its file. */
export interface BundledStatement {
  sql: string
  line: number
  column: number
}

/** Statements that are sent together, or one that goes alone. Only the runner looks into it. */
export interface Segment {
  kind: 'transaction' | 'alone' | 'batch'
  line: number
  /** Of a transaction. */
  statements?: BundledStatement[]
  /** Of what runs alone or in batches. */
  statement?: BundledStatement
  [more: string]: unknown
}

/** A migration, as `ballast bundle` reads it out of its file. */
export interface Migration {
  tag: string
  /** Milliseconds since 1970; 0 where the folder's format has none. */
  when: number
  /** The file's name, for messages. */
  file: string
  /** SHA-256 of the file's bytes, which is Drizzle's hash. */
  fileHash: string
  /** SHA-256 of its tokens: comments and layout do not count. */
  hash: string
  lockTimeout: string | null
  statementTimeout: string | null
  segments: Segment[]
  down: { file: string, segments: Segment[], loses: string[] } | null
}

/** A folder of migrations as one module: what `ballast bundle` writes. */
export interface Bundle {
  format: 1
  /** Over the tags and hashes of all migrations: two bundles of one hash do the same. */
  hash: string
  /** Drizzle's own table, which is kept in step, or null. */
  drizzle: { schema: string, table: string, shape: 'v7' | 'v9' } | null
  order: 'non-linear' | 'linear'
  /** In the folder's order. */
  migrations: Migration[]
}

/** What a run can be asked to do. */
export type Action = 'status' | 'plan' | 'apply' | 'undo' | 'baseline'

/** What a run is asked to do, and what it may use. */
export interface MigrateOptions<A extends Action = Action> {
  /** The migrator's connection string. */
  url: string
  action: A
  /** Names this run in the journal; a random UUID unless given. */
  run?: string | undefined
  /** Who runs it, for the journal. */
  actor?: string | undefined
  /** Which version of the application runs it, for the journal. */
  application?: string | undefined
  /** Has to be the database's name, which the first run that names one sets. */
  environment?: string | undefined
  /** Gives the database the name of `environment`, whatever it had. */
  claimEnvironment?: boolean | undefined
  /** The hash that the bundle is expected to have. */
  bundle?: string | undefined
  /** A tag that the journal has to hold. */
  expect?: string | undefined
  /** `undo`: the last migration that stays. `baseline`: the last that is marked. */
  to?: string | undefined
  /** With `plan`: the plan of an undo. */
  undo?: boolean | undefined
  /** Goes before the bundle's own. */
  order?: 'linear' | 'non-linear' | undefined
  /** `undo` may lose data. */
  allowDataLoss?: boolean | undefined
  /** The database may hold migrations that the bundle lacks. */
  allowMissing?: boolean | undefined
  /** `3s` unless given; a migration's own goes before it. */
  lockTimeout?: string | undefined
  /** `30s` unless given; a migration's own goes before it. */
  statementTimeout?: string | undefined
  /** How often a request may be tried; 8 unless given. */
  attempts?: number | undefined
  /** The run stops early after so many requests, and says that there is more. */
  maxRequests?: number | undefined
  /** The run stops early after so many milliseconds, and says that there is more. */
  maxMs?: number | undefined
  /** The longest request that the caller can hold open; no limit unless given. */
  holdMs?: number | undefined
  /** When another run's step that has not ended is taken over; 15000 unless given. */
  leaseMs?: number | undefined
  /** Ends the run: what is committed stays, and what is under way is given up. */
  signal?: AbortSignal | undefined
  /** Told of everything that happens. What it throws is dropped. */
  onEvent?: ((event: MigrateEvent) => void) | undefined
  /** Stands in for the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Stands in for a timer. It should end early once `signal` aborts. */
  sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
  /** Stands in for `Math.random`. */
  random?: (() => number) | undefined
  /** Stands in for a clock that counts milliseconds. */
  now?: (() => number) | undefined
  /** The longest wait for an answer; 60000 unless given. What goes alone has no limit. */
  requestTimeoutMs?: number | undefined
  /**
   * How often to ask how far a statement is that runs alone, for `progress` events. Each is a
   * request; 0, the default, asks never.
   */
  watchMs?: number | undefined
}

/** A migration that has another name now. */
export interface Rename {
  from: string
  to: string
}

/** The newest row of the journal; 0 and an empty hash where there is none. */
export interface Head {
  seq: number
  hash: string
}

/** What a run did: of `apply`, `undo` and `baseline`. */
export interface Summary {
  /** By this run. */
  applied: string[]
  /** Meanwhile by another run. */
  others: string[]
  undone: string[]
  /** Found in Drizzle's table and taken over. */
  adopted: string[]
  baselined: string[]
  renamed: Rename[]
  pending: string[]
  /** A limit was reached: the next call goes on. */
  more: boolean
  /** The tag that another run is at, where that is why this one stopped. */
  running: string | null
  head: Head
  requests: number
}

/** One request of a plan. */
export interface PlannedRequest {
  tags: string[]
  kind: 'transaction' | 'alone' | 'batch'
  /** `sql` is left out by an endpoint that does not give details. */
  statements: { tag: string, line: number, sql?: string }[]
}

/** What a run would do: of `plan`. */
export interface Plan {
  requests: PlannedRequest[]
  pending: string[]
  /** What an undo would lose. */
  loses: string[]
}

/** A migration that is applied. */
export interface AppliedMigration {
  tag: string
  /** `drizzle`: by Drizzle, and not yet taken over; nothing else is known of it. */
  kind: 'applied' | 'done' | 'baseline' | 'adopted' | 'renamed' | 'drizzle'
  at: string | null
  actor: string | null
  application: string | null
  run: string | null
  /** Where the database's log was, for a restore to a point in time. */
  lsn: string | null
  down: boolean
}

/** A step that a run is at. */
export interface RunningStep {
  tag: string
  segment: number
  /** The statement's command, such as `CREATE INDEX`, or `batch`. */
  what: string
  /** Whether the database is at it now; else its run is between two requests, or gone. */
  active: boolean
  phase: string | null
  done: number
  total: number | null
  run: string | null
  ms: number
}

/** How things stand: of `status`. */
export interface Status {
  /** There is a journal. */
  journal: boolean
  environment: string | null
  applied: AppliedMigration[]
  pending: string[]
  /** Changed after they were applied. */
  edited: string[]
  /** Applied, and not in the bundle. */
  missing: string[]
  /** Applied after all that the bundle has: the bundle is older than the database. */
  newer: string[]
  renamed: Rename[]
  partial: { tag: string, segment: number, segments: number, direction: 'apply' | 'undo' }[]
  running: RunningStep[]
  role: {
    name: string
    lockTimeout: string
    statementTimeout: string
    idleInTransactionSessionTimeout: string
  }
  /** PostgreSQL's `server_version_num`. */
  server: number
  head: Head
  /** The bundle's hash. */
  bundle: string
  /**
   * Whether the schema is another than the last run of migrations left: somebody has changed it by
   * other means. Null where no run has left its fingerprint.
   */
  drift: boolean | null
  /** Whether the tag that was asked for is applied. */
  expect?: boolean
}

/** What an action gives. */
export type ResultOf<A extends Action> =
  A extends 'status' ? Status : A extends 'plan' ? Plan : Summary

/** What happens in a run. */
export type MigrateEvent =
  | { event: 'plan', pending: string[], applied: number, unknown: string[] }
  | { event: 'adopted' | 'renamed' | 'baseline', tag: string, from?: string }
  | { event: 'applying', tags: string[] }
  | { event: 'applied', tag: string, segment: number, segments: number, ms: number }
  | {
    event: 'started'
    tag: string
    segment: number
    segments: number
    /** Its command, such as `CREATE INDEX`. */
    statement: string
    line: number
  }
  | {
    event: 'progress'
    tag: string
    segment: number
    phase: string
    done: number
    total: number | null
  }
  | { event: 'repaired', tag: string, segment: number, statement: string }
  | {
    event: 'waiting'
    why: 'lock' | 'retry' | 'another'
    code: string | null
    ms: number
    attempt: number
  }
  | { event: 'undone', tag: string, ms: number }
  | { event: 'naming', tags: string[], code?: string }

/** Why a run failed. Besides these, PostgreSQL's own fields. */
export interface Problem {
  code: string
  message: string
  fate: Fate
  severity?: string
  detail?: string
  hint?: string
  position?: string
  internalPosition?: string
  internalQuery?: string
  where?: string
  schema?: string
  table?: string
  dataType?: string
  constraint?: string
  routine?: string
  status?: number
  requestId?: string
  attempts?: number
  /** The migration, and the place in its file. */
  tag?: string
  file?: string
  line?: number
  column?: number
  /** The text of the statement. */
  statement?: string
  tags?: string[]
  /** What an undo would lose. */
  loses?: string[]
  /** Done before it failed. */
  applied: string[]
  pending: string[]
  requests: number
}
