/** Writes what `sql` templates and the query builder made as SQL without parameters. */
import { failure } from '../failure.js'
import { baseOfView, isA, isColumn, isEnum, isSql, nameOfTable } from './entities.js'
import type { Chunk, Column, Enum, Sql, Table, View } from './entities.js'
import { literal, quoteName, quoteQualified } from './quote.js'

/** Where a fragment stands, and how columns are called there. */
export interface Setting {
  nameOf: (column: { name: string; keyAsName?: boolean }) => string
  /**
   * Within the definition of its own table a column stands alone: an index takes nothing else, and
   * there are no subqueries. Elsewhere its table goes before it.
   */
  qualified: boolean
  /** Names that are keys of the one table that is selected from, and what they stand for. */
  keys?: ReadonlyMap<string, string>
}

interface Param {
  value: unknown
  encoder: { mapToDriverValue(value: unknown): unknown }
}

interface Subquery {
  _: { sql: Sql; alias: string; isWith: boolean }
}

interface Wrapper {
  getSQL(): Sql
  shouldOmitSQLParens?(): boolean
}

/** The text of a fragment; values in it become literals. */
export function renderSql(sql: Sql, setting: Setting): string {
  return renderAll(sql.queryChunks, setting)
}

/** Every object within a fragment, however deep: what its text depends on. */
export function* chunksOf(sql: Sql): Generator<unknown> {
  for (const chunk of sql.queryChunks) {
    yield chunk
    if (isSql(chunk)) yield* chunksOf(chunk)
    else if (isA(chunk, 'Subquery')) yield* chunksOf((chunk as Subquery)._.sql)
    else if (isWrapper(chunk) && !isNamed(chunk)) yield* chunksOf(chunk.getSQL())
  }
}

/** A fragment in parentheses. A comment at its end must not take the parenthesis with it. */
export function inParentheses(text: string): string {
  return text.includes('--') ? `(${text}\n)` : `(${text})`
}

function renderAll(chunks: readonly Chunk[], setting: Setting): string {
  let text = ''
  for (const chunk of chunks) text += render(chunk, text, setting)
  return text
}

function render(chunk: Chunk, before: string, setting: Setting): string {
  if (chunk === undefined) return ''
  if (isA(chunk, 'StringChunk')) {
    const { value } = chunk as { value: string | readonly string[] }
    return typeof value === 'string' ? value : value.join('')
  }
  if (isSql(chunk)) return renderSql(chunk, setting)
  if (isA(chunk, 'Name')) return renderName((chunk as { value: string }).value, before, setting)
  if (isColumn(chunk)) return renderColumn(chunk, setting)
  if (isA(chunk, 'Param')) return renderParam(chunk as Param, setting)
  if (isA(chunk, 'Placeholder')) throw noPlaceholders()
  if (isA(chunk, 'Table')) {
    const { name, schema, isAlias } = nameOfTable(chunk as Table)
    return quoteQualified(isAlias ? undefined : schema, name)
  }
  if (isA(chunk, 'View')) {
    const { name, schema, isAlias } = baseOfView(chunk as View)
    return quoteQualified(isAlias ? undefined : schema, name)
  }
  if (isA(chunk, 'SQL.Aliased')) return renderAliased(chunk as Wrapper & AliasedName)
  if (isA(chunk, 'Subquery')) {
    const { sql, alias, isWith } = (chunk as Subquery)._
    return isWith ? quoteName(alias) : `(${renderSql(sql, setting)}) ${quoteName(alias)}`
  }
  if (isEnum(chunk)) return quoteQualified((chunk as Enum).schema, (chunk as Enum).enumName)
  if (isWrapper(chunk)) {
    const text = renderSql(chunk.getSQL(), setting)
    return chunk.shouldOmitSQLParens?.() === true ? text : `(${text})`
  }
  if (Array.isArray(chunk)) {
    return `(${chunk.map(each => render(each, '', setting)).join(', ')})`
  }
  return literal(chunk)
}

interface AliasedName {
  fieldAlias: string
  origin?: string
}

function renderAliased({ fieldAlias, origin }: AliasedName): string {
  return quoteQualified(origin, fieldAlias)
}

function renderColumn(column: Column & { isAlias?: boolean }, setting: Setting): string {
  const name = quoteName(setting.nameOf(column))
  if (!setting.qualified || column.isAlias === true) return name
  const table = nameOfTable(column.table)
  return `${quoteQualified(table.isAlias ? undefined : table.schema, table.name)}.${name}`
}

function renderName(name: string, before: string, { keys }: Setting): string {
  // What comes after AS is a name of the query's own.
  const found = /\bas $/.test(before) ? undefined : keys?.get(name)
  return quoteName(found ?? name)
}

function renderParam({ value, encoder }: Param, setting: Setting): string {
  if (value === null) return 'null'
  if (isSql(value)) return renderSql(value, setting)
  if (isA(value, 'Placeholder')) throw noPlaceholders()
  const mapped = encoder.mapToDriverValue(value)
  return isSql(mapped) ? renderSql(mapped, setting) : literal(mapped)
}

function isWrapper(value: unknown): value is Wrapper {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { getSQL?: unknown }).getSQL === 'function'
  )
}

/** What is written by its name, and whose own SQL is only itself again. */
function isNamed(chunk: unknown): boolean {
  return ['StringChunk', 'Name', 'Column', 'Param', 'Placeholder', 'Table', 'View'].some(kind =>
    isA(chunk, kind),
  )
}

function noPlaceholders(): Error {
  return failure(
    'a placeholder in the SQL of the schema',
    'A schema is fixed when it is created: write the value itself instead of sql.placeholder().',
  )
}
