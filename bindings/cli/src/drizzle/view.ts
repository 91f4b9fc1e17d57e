/** Views, in an order in which each finds those that it is made of. */
import { baseOfView, columnsOfTable, isA, isTable, nameOfTable } from './entities.js'
import type { Sql, Table, View } from './entities.js'
import { chunksOf, renderSql, type Setting } from './fragment.js'
import { quoteName, quoteQualified } from './quote.js'
import { told, type FoundView } from './schema.js'
import type { Script } from './script.js'
import { keyOf, nameOfColumn, type Style } from './table.js'

/** The text of a query or of a policy, in which columns have their table's name before them. */
export function renderQuery(sql: Sql, style: Style): string {
  return renderSql(sql, { nameOf: column => nameOfColumn(style, column), qualified: true })
}

/**
 * The text of a view's query. Of a single table the query builder writes the keys of its columns
 * as names, before the casing is known, so here they become what the table calls them.
 */
function queryOf(sql: Sql, style: Style): string {
  const setting: Setting = { nameOf: column => nameOfColumn(style, column), qualified: true }
  const tables = new Set<Table>([...chunksOf(sql)].filter(isTable))
  const [only] = tables
  if (style.casing === null || only === undefined || tables.size > 1) return renderSql(sql, setting)
  const keys = new Map(
    columnsOfTable(only)
      .filter(column => column.keyAsName === true)
      .map(column => [column.name, nameOfColumn(style, column)]),
  )
  return renderSql(sql, { ...setting, keys })
}

/** Writes the views that are not declared to exist already. */
export function writeViews(script: Script, views: readonly FoundView[], style: Style): void {
  const texts = new Map<FoundView, string>()
  for (const view of views) {
    const { query } = view.value
    if (query === undefined) continue
    // PostgreSQL takes no semicolon within a statement, where a template may well end with one.
    const text = told(view.origin, () => queryOf(query, style))
    texts.set(view, text.replace(/[\s;]+$/, ''))
  }
  for (const view of inOrder(texts)) {
    script.add(viewSql(view, texts.get(view) ?? ''), view.origin)
  }
}

function viewSql({ value, isMaterialized }: FoundView, query: string): string {
  const options = Object.entries(value.with ?? {})
    .filter(([, option]) => option !== undefined)
    .map(([key, option]) => `${snakeCase(key)} = ${String(option)}`)
  const parts = [
    isMaterialized ? 'create materialized view' : 'create view',
    quoteQualified(value.schema, value.name),
    value.using === undefined ? '' : `using ${quoteName(value.using)}`,
    options.length === 0 ? '' : `with (${options.join(', ')})`,
    value.tablespace === undefined ? '' : `tablespace ${quoteName(value.tablespace)}`,
    'as',
  ]
  const noData = value.withNoData === true ? '\nwith no data' : ''
  return `${parts.filter(part => part !== '').join(' ')}\n${query}${noData}`
}

/** `securityInvoker` as PostgreSQL writes it. */
function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** Each view after those that its query names; where that cannot be, in the order of the files. */
function inOrder(texts: ReadonlyMap<FoundView, string>): FoundView[] {
  const views = [...texts.keys()]
  const ordered = new Set<FoundView>()
  const underWay = new Set<FoundView>()
  const visit = (view: FoundView): void => {
    if (ordered.has(view) || underWay.has(view)) return
    underWay.add(view)
    for (const other of views) {
      if (other !== view && isUsed(other, view, texts.get(view) ?? '')) visit(other)
    }
    ordered.add(view)
  }
  views.forEach(visit)
  return [...ordered]
}

function isUsed(other: FoundView, { value }: FoundView, text: string): boolean {
  const key = keyOf(other.value.schema, other.value.name)
  const isPart =
    value.query !== undefined && viewsIn(value.query).some(view => viewKey(view) === key)
  return isPart || names(text, other.value.schema, other.value.name)
}

/** The views that a fragment has within it as objects. */
export function viewsIn(sql: Sql): View[] {
  return [...chunksOf(sql)].filter((chunk): chunk is View => isA(chunk, 'View'))
}

/** The tables that a fragment has within it as objects, under the names of the database. */
export function tablesIn(sql: Sql): Table[] {
  return [...chunksOf(sql)].filter(isTable).filter(table => !nameOfTable(table).isAlias)
}

function viewKey(view: View): string {
  const { schema, name } = baseOfView(view)
  return keyOf(schema, name)
}

/** Whether a query reads from a name, as far as its text says so. */
export function names(text: string, schema: string | undefined, name: string): boolean {
  const word = (part: string): string => {
    const escaped = part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return `(?:"${escaped}"|${escaped}(?![\\w$]))`
  }
  const path = schema === undefined ? `(?:${word('public')}\\.)?` : `${word(schema)}\\.`
  return new RegExp(`\\b(?:from|join|only)[\\s(]+${path}${word(name)}(?!")`, 'i').test(text)
}
