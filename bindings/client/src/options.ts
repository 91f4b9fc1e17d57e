import type { QueryListener } from './events.ts'
import type { OnViolation, QueryCheck } from './guard.ts'
import type { CustomTypesConfig } from './types.ts'

/**
 * A value whose type only the database knows: what `JSON.parse` returns. Name your rows instead,
 * where you can: `` sql<User>`…` ``.
 */
export type Untyped = ReturnType<JSON['parse']>

/** A value, or a function that gives it, asked once for every query. */
export type ValueOrFunction<T> = T | (() => T | Promise<T>)

/** Where the database is. Each part replaces that part of the connection string. */
export interface ConnectionOptions {
  connectionString?: ValueOrFunction<string>
  user?: ValueOrFunction<string>
  /** The same as `user`. */
  username?: ValueOrFunction<string>
  password?: ValueOrFunction<string>
  host?: ValueOrFunction<string>
  /** The same as `host`. */
  hostname?: ValueOrFunction<string>
  port?: ValueOrFunction<string | number>
  database?: ValueOrFunction<string>
}

/** The names of the connection options, for telling whether a query brings any. */
export const CONNECTION_KEYS = [
  'connectionString', 'user', 'username', 'password', 'host', 'hostname', 'port', 'database',
] as const

/**
 * How rows come: objects, arrays, columns, views that decode what is read, or, as the reply
 * arrives, blocks of columns to iterate over.
 */
export type RowMode = 'object' | 'array' | 'columns' | 'view' | 'blocks'

/** When a request is sent again. */
export interface RetryOptions {
  /** How often it may be sent in all. Default 3. */
  attempts?: number | undefined
  /** The first wait in milliseconds; later ones double. Default 50. */
  baseMs?: number | undefined
  /** The longest wait in milliseconds. Default 1000. */
  maxMs?: number | undefined
  /** SQLSTATEs that are worth another try, such as `40001` of a serializable transaction. */
  codes?: readonly string[] | undefined
}

/** Options of one query. Given to `neon()` or `sql.transaction()`, they hold for its queries. */
export interface QueryOptions<
  ArrayMode extends boolean, FullResults extends boolean,
> extends ConnectionOptions {
  /** Rows as arrays rather than objects. Default false. */
  arrayMode?: ArrayMode
  /** The whole result with `fields`, `command` and `rowCount` rather than its rows. */
  fullResults?: FullResults
  /** Given to `fetch` with every request; its headers are added to ours, its `signal` aborts. */
  fetchOptions?: Record<string, Untyped>
  /** A JWT, for Neon's row-level security. */
  authToken?: ValueOrFunction<string>
  /** Parsers that replace ours, by type oid. */
  types?: CustomTypesConfig
  /** Accepted for compatibility. */
  disableWarningInBrowsers?: boolean
  /** How rows come. It says more than `arrayMode`, and holds where both are given. */
  rowMode?: RowMode | undefined
  /** What an `int8` becomes. Default `'string'`; `'number'` refuses what a number cannot hold. */
  int8?: 'string' | 'bigint' | 'number' | undefined
  /** How single columns come, by name, such as `{ embedding: 'float32' }`. */
  as?: Readonly<Record<string, ColumnForm>> | undefined
  /** The most that the whole call may take, retries included. */
  timeoutMs?: number | undefined
  /** When to send again; `false` for never. Only what cannot have run is sent again by itself. */
  retry?: false | RetryOptions | undefined
  /** Running the query twice does no harm, so it is sent again when its answer was lost. */
  idempotent?: boolean | undefined
  /** Told of every request when it has ended. */
  onEvent?: QueryListener | undefined
}

/** A form that a column can be asked for. */
export type ColumnForm = 'text' | 'float32' | 'float64' | 'bigint' | 'number'

/** PostgreSQL's isolation levels, as Neon spells them. */
export type IsolationLevel =
  'ReadUncommitted' | 'ReadCommitted' | 'RepeatableRead' | 'Serializable'

/** What only `neon()` takes. */
export interface ClientOptions {
  /**
   * A migration that the database must have. The first query of an isolate asks for it, and fails
   * with BM008, like those after it, as long as the journal does not hold it; newer ones are fine.
   */
  expect?: string
  /** Looks at each query before it is sent: `checker(schema)`, `verified(list)`, or both. */
  check?: QueryCheck | undefined
  /** What becomes of a query that the check finds wrong. Default `'auto'`. */
  onViolation?: OnViolation | undefined
}

/** Options of a transaction: those of its queries, and how it runs. */
export interface TransactionOptions<
  ArrayMode extends boolean, FullResults extends boolean,
> extends QueryOptions<ArrayMode, FullResults> {
  isolationLevel?: IsolationLevel
  /** The server refuses to write. */
  readOnly?: boolean
  /** A serializable, read-only transaction waits until it cannot fail. */
  deferrable?: boolean
}

/** Any options at all, where the shape of the result does not matter. */
export type AnyOptions = TransactionOptions<boolean, boolean> & ClientOptions
