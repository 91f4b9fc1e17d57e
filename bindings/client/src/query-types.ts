/** What is known of queries by their texts, for the compiler alone. */

/**
 * The rows and the parameters of queries, by text. It is empty here; `ballast check` writes a
 * declaration that adds what it has found, so that `sql.query('…')` needs no annotation.
 *
 * @example
 * declare module 'ballast' {
 *   interface QueryTypes {
 *     'select email from users where user_id = $1': {
 *       row: { email: string }
 *       params: [user_id: string | null]
 *     }
 *   }
 * }
 */
export interface QueryTypes {}

/** What the declaration of a query has. */
export interface QueryType {
  row: object
  params: readonly unknown[]
}

/** A text that is declared. */
export type KnownQuery = keyof QueryTypes & string

/** What no text is: the compiler shows its only member where a declared one is used wrongly. */
export interface DeclaredQuery {
  'the parameters of this query have to be those that QueryTypes declares': never
}

/** Makes an overload leave the texts that are declared to the one that is for them. */
export type UnknownQuery<Text extends string> = Text extends KnownQuery ? DeclaredQuery : unknown

/** The row of a query. */
export type KnownRow<Text extends KnownQuery> = QueryTypes[Text] extends QueryType
  ? QueryTypes[Text]['row']
  : object

/** The parameters of a query, which may be left out where it has none. */
export type KnownParams<Text extends KnownQuery> = QueryTypes[Text] extends { params: infer Params }
  ? Params extends readonly [] ? [params?: readonly []] : [params: Readonly<Params>]
  : [params?: unknown[]]
