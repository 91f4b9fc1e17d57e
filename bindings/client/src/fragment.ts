import { NeonQueryPromise } from './promise.ts'

/** Statement text with its placeholders `$1`, `$2` … and their values. */
export interface ParameterizedQuery {
  query: string
  params: unknown[]
}

/** SQL that goes into a template as it is. Made by `sql.unsafe()`. */
export class UnsafeRawSql {
  sql: string

  constructor(sql: string) {
    this.sql = sql
  }
}

/**
 * A tagged template before its placeholders have numbers. Numbers are given when the whole query
 * is known, so that a fragment can be used in several queries.
 */
export class SqlTemplate {
  strings: readonly string[]
  values: unknown[]

  constructor(strings: readonly string[], values: unknown[]) {
    this.strings = strings
    this.values = values
  }

  /** Appends this template to `result`, numbering its values after those that are there. */
  toParameterizedQuery(result: ParameterizedQuery = { query: '', params: [] }): ParameterizedQuery {
    const { strings, values } = this
    result.query += strings[0]
    for (let i = 0; i < values.length; i++) {
      const value = values[i]
      if (typeof value !== 'object' || value === null) {
        result.query += '$' + result.params.push(value)
      } else {
        appendObject(result, value)
      }
      result.query += strings[i + 1]
    }
    return result
  }
}

/**
 * Appends a value that may be SQL. What is SQL is told by class alone and never by shape: a parsed
 * JSON body must not be able to pass for a fragment.
 */
function appendObject(result: ParameterizedQuery, value: object): void {
  if (value instanceof NeonQueryPromise) {
    value = value.queryData
    if (!(value instanceof SqlTemplate)) return appendText(result, value as ParameterizedQuery)
  }
  if (value instanceof SqlTemplate) {
    value.toParameterizedQuery(result)
  } else if (value instanceof UnsafeRawSql) {
    result.query += value.sql
  } else {
    // The server would take an untyped `\x…` for text, so bytes say what they are.
    result.query += '$' + result.params.push(value) + (isBytes(value) ? '::bytea' : '')
  }
}

/** Whether a value of a template is written `$n` and no more. */
export function isPlainValue(value: unknown): boolean {
  return typeof value !== 'object' || value === null || !(
    value instanceof NeonQueryPromise || value instanceof SqlTemplate ||
    value instanceof UnsafeRawSql || isBytes(value)
  )
}

function appendText(result: ParameterizedQuery, { query, params }: ParameterizedQuery): void {
  if (params.length > 0) {
    throw new TypeError(
      'A sql.query() with parameters cannot be part of another query, because its $1 has a fixed ' +
      'number. Write the part as a template, sql`…`, which is numbered where it is used.',
    )
  }
  result.query += query
}

/** Whether a value is bytes: a typed array, a `Buffer`, a `DataView` or an `ArrayBuffer`. */
export function isBytes(value: unknown): value is ArrayBufferView | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}
