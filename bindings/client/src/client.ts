import type { ParameterizedQuery, SqlTemplate, UnsafeRawSql } from './fragment.ts'
import type { QueryOptions, TransactionOptions, Untyped } from './options.ts'
import type { NeonQueryPromise } from './promise.ts'
import type { KnownParams, KnownQuery, KnownRow, UnknownQuery } from './query-types.ts'
import type { Column, ColumnBlock, RowView } from './rows.ts'
import type { CustomTypesConfig, TypeParser } from './types.ts'

/** A column of a result, as PostgreSQL describes it. */
export interface FieldDef {
  name: string
  tableID: number
  columnID: number
  dataTypeID: number
  dataTypeSize: number
  dataTypeModifier: number
  format: string
}

/** A row whose type the caller did not name. */
export type RowOf<ArrayMode extends boolean> =
  ArrayMode extends true ? Untyped[] : Record<string, Untyped>

/** The rows of a result. */
export type QueryRows<ArrayMode extends boolean> =
  ArrayMode extends true ? Untyped[][] : Record<string, Untyped>[]

/** A whole result, which `fullResults` asks for. */
export interface FullQueryResults<ArrayMode extends boolean, Rows = QueryRows<ArrayMode>> {
  fields: FieldDef[]
  /** The first word of PostgreSQL's command tag, such as `INSERT`. */
  command: string
  /** How many rows the command touched. Null, whatever this type says, where it counts none. */
  rowCount: number
  rows: Rows
  rowAsArray: ArrayMode
  viaNeonFetch: true
  _parsers: TypeParser[]
  _types: CustomTypesConfig
}

/** What a query resolves to: its rows, or the whole result. */
export type ResultOf<ArrayMode extends boolean, FullResults extends boolean, Rows> =
  FullResults extends true ? FullQueryResults<ArrayMode, Rows> : Rows

/** What each row mode makes of rows. */
export interface RowsByMode<Row> {
  object: Row[]
  array: Row[]
  columns: { [Name in keyof Row]: Column<Row[Name]> }
  view: (Readonly<Row> & RowView)[]
  blocks: AsyncIterable<ColumnBlock<Row>>
}

/** A query inside a transaction: what `sql.transaction()` takes. */
export interface NeonQueryInTransaction {
  queryData: SqlTemplate | ParameterizedQuery
}

/** The `sql` that a transaction's function gets. It sends nothing by itself. */
export interface NeonQueryFunctionInTransaction<
  ArrayMode extends boolean, FullResults extends boolean,
> {
  <Row = RowOf<ArrayMode>>(strings: TemplateStringsArray, ...params: unknown[]):
  NeonQueryPromise<ArrayMode, FullResults, ResultOf<ArrayMode, FullResults, Row[]>>

  query<Text extends KnownQuery>(text: Text, ...params: KnownParams<Text>):
  NeonQueryPromise<
    ArrayMode, FullResults,
    ResultOf<ArrayMode, FullResults, ArrayMode extends true ? Untyped[][] : KnownRow<Text>[]>
  >

  query<Row = RowOf<ArrayMode>, Text extends string = string>(
    text: Text & UnknownQuery<Text>, params?: unknown[],
  ): NeonQueryPromise<ArrayMode, FullResults, ResultOf<ArrayMode, FullResults, Row[]>>

  unsafe(rawSQL: string): UnsafeRawSql
}

/** Options of a transaction that leave the shape of its results to its queries. */
type ShapelessOptions =
  Omit<TransactionOptions<false, false>, 'arrayMode' | 'fullResults' | 'rowMode'> &
  { arrayMode?: undefined, fullResults?: undefined, rowMode?: undefined }

/** The results of queries, one by one. */
type ResultsOf<Queries extends readonly unknown[]> = {
  -readonly [K in keyof Queries]: Queries[K] extends PromiseLike<infer Result> ? Result : never
}

/**
 * A database, as a tag for templates.
 *
 * @example
 * const sql = neon(env.DATABASE_URL)
 * const [user] = await sql<User>`select * from users where user_id = ${id}`
 */
export interface NeonQueryFunction<ArrayMode extends boolean, FullResults extends boolean> {
  /** One query. Values become parameters; another query or fragment becomes part of this one. */
  <Row = RowOf<ArrayMode>>(strings: TemplateStringsArray, ...params: unknown[]):
  NeonQueryPromise<ArrayMode, FullResults, ResultOf<ArrayMode, FullResults, Row[]>>

  /** One query as text with `$1`, `$2` … and its parameters, with options of its own. */
  query<
    Mode extends 'columns' | 'view', Row = Record<string, Untyped>,
    Full extends boolean = FullResults,
  >(
    text: string, params: unknown[] | undefined,
    options: QueryOptions<false, Full> & { rowMode: Mode },
  ): NeonQueryPromise<false, Full, ResultOf<false, Full, RowsByMode<Row>[Mode]>>

  /** One whose text is declared in `QueryTypes`: its rows and parameters have types. */
  query<
    Text extends KnownQuery, Arrays extends boolean = ArrayMode, Full extends boolean = FullResults,
  >(
    text: Text, ...rest: [...KnownParams<Text>, options?: QueryOptions<Arrays, Full>]
  ): NeonQueryPromise<
    Arrays, Full, ResultOf<Arrays, Full, Arrays extends true ? Untyped[][] : KnownRow<Text>[]>
  >

  query<
    Arrays extends boolean = ArrayMode, Full extends boolean = FullResults,
    Text extends string = string,
  >(
    text: Text & UnknownQuery<Text>, params?: unknown[], options?: QueryOptions<Arrays, Full>,
  ): NeonQueryPromise<Arrays, Full, ResultOf<Arrays, Full, QueryRows<Arrays>>>

  query<Row, Text extends string = string>(
    text: Text & UnknownQuery<Text>, params?: unknown[],
    options?: QueryOptions<ArrayMode, FullResults>,
  ): NeonQueryPromise<ArrayMode, FullResults, ResultOf<ArrayMode, FullResults, Row[]>>

  /** SQL that goes into a template as it is. Never give it what a user typed. */
  unsafe(rawSQL: string): UnsafeRawSql

  /** Several queries in one request and one transaction: all of them, or none. */
  transaction: TransactionFunction<ArrayMode, FullResults>
}

/** `sql.transaction`, with an array of queries or with a function that makes them. */
export interface TransactionFunction<ArrayMode extends boolean, FullResults extends boolean> {
  <const Queries extends readonly (NeonQueryInTransaction & PromiseLike<unknown>)[]>(
    queries: Queries | ((sql: NeonQueryFunctionInTransaction<ArrayMode, FullResults>) => Queries),
    options?: ShapelessOptions,
  ): Promise<ResultsOf<Queries>>

  <Arrays extends boolean = ArrayMode, Full extends boolean = FullResults>(
    queries: readonly NeonQueryInTransaction[] | ((
      sql: NeonQueryFunctionInTransaction<Arrays, Full>,
    ) => readonly NeonQueryInTransaction[]),
    options?: TransactionOptions<Arrays, Full>,
  ): Promise<Full extends true ? FullQueryResults<Arrays>[] : QueryRows<Arrays>[]>
}
