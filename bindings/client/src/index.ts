/**
 * Queries Postgres on Neon over HTTP, from Cloudflare Workers and wherever else there is `fetch`.
 *
 * @example
 * import { neon } from 'ballast'
 *
 * const sql = neon(env.DATABASE_URL)
 * const users = await sql`select user_id, email from users where email = ${email}`
 * // [{ user_id: 'u1', email: 'ada@example.org' }]
 *
 * @module
 */
export { neon } from './neon.ts'
export { NeonQueryPromise } from './promise.ts'
export { SqlTemplate, UnsafeRawSql } from './fragment.ts'
export { BallastError, BallastError as NeonDbError, BallastError as DatabaseError, errorFields }
  from './errors.ts'
export { neonConfig, warnIfBrowser } from './config.ts'
export { types } from './builtins.ts'
export { TypeRegistry } from './types.ts'
export { vector } from './params.ts'
export { Interval } from './interval.ts'
export { Column } from './rows.ts'
export { escapeIdentifier, escapeLiteral } from './quoting.ts'
export { Client, Pool } from './unsupported.ts'

export type {
  FieldDef, FullQueryResults, NeonQueryFunction, NeonQueryFunctionInTransaction,
  NeonQueryInTransaction, QueryRows, RowsByMode,
} from './client.ts'
export type { FetchEndpoint, FetchFunction } from './config.ts'
export type { Fate } from './errors.ts'
export type { QueryEvent, QueryListener } from './events.ts'
export type { ParameterizedQuery } from './fragment.ts'
export type { CheckReport, OnViolation, QueryCheck, Verdict } from './guard.ts'
export type {
  ColumnForm, ConnectionOptions, IsolationLevel, QueryOptions, QueryOptions as HTTPQueryOptions,
  RetryOptions, RowMode, TransactionOptions, TransactionOptions as HTTPTransactionOptions,
} from './options.ts'
export type { CustomTypesConfig, TypeParser } from './types.ts'
export type { ColumnBlock, ColumnNumbers, Columns, RowView } from './rows.ts'
// As a star, or a declaration of a program could not add to it.
export type * from './query-types.ts'
