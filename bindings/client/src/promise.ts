import type { ParameterizedQuery, SqlTemplate } from './fragment.ts'
import type { QueryOptions, Untyped } from './options.ts'

/** The text of a query, numbered or not yet. */
export type QueryData = SqlTemplate | ParameterizedQuery

/**
 * A query that has not been sent. It is sent when it is first awaited, and only then: however
 * often it is awaited, it runs once. Given to another template it is a fragment; given to
 * `sql.transaction()` it runs there.
 *
 * @example
 * const recent = sql`created_at > now() - interval '1 day'`
 * const users = sql`select * from users where ${recent}`
 * await users // sent here
 * await users // the same rows; nothing is sent
 */
export class NeonQueryPromise<
  ArrayMode extends boolean, FullResults extends boolean, T = Untyped,
> implements Promise<T> {
  execute: (
    query: QueryData | QueryData[],
    options?: QueryOptions<ArrayMode, FullResults> | QueryOptions<ArrayMode, FullResults>[],
  ) => Promise<T>

  queryData: QueryData
  opts?: QueryOptions<ArrayMode, FullResults> | undefined
  #result: Promise<T> | undefined

  constructor(
    execute: NeonQueryPromise<ArrayMode, FullResults, T>['execute'],
    queryData: QueryData,
    opts?: QueryOptions<ArrayMode, FullResults>,
  ) {
    this.execute = execute
    this.queryData = queryData
    this.opts = opts
  }

  /** Sends the query if it has not been sent, and waits for it. */
  then<A = T, B = never>(
    resolve?: ((value: T) => A | PromiseLike<A>) | null,
    reject?: ((reason: Untyped) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#run().then(resolve, reject)
  }

  /** Like `Promise.prototype.catch`. */
  catch<B = never>(
    reject?: ((reason: Untyped) => B | PromiseLike<B>) | null,
  ): Promise<T | B> {
    return this.then(undefined, reject)
  }

  /** Like `Promise.prototype.finally`. */
  finally(settled?: (() => void) | null): Promise<T> {
    return this.#run().finally(settled)
  }

  #run(): Promise<T> {
    if (this.#result === undefined) {
      try {
        this.#result = this.execute(this.queryData, this.opts)
      } catch (error) {
        this.#result = Promise.reject(error)
      }
    }
    return this.#result
  }

  get [Symbol.toStringTag](): string {
    return 'NeonQueryPromise'
  }
}
