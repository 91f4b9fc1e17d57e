/** A table: its columns and constraints, its foreign keys and its indexes, each as a statement. */
import { columnSql, enumOf, extensionOf, typeOf, type ColumnSetting } from './column.js'
import { isSql, nameOfTable, type Column, type Index, type IndexedColumn } from './entities.js'
import type { Sql, Table, TableConfig } from './entities.js'
import { inParentheses, renderSql } from './fragment.js'
import { foreignKeyName, indexName, primaryKeyName, withCasing } from './names.js'
import type { Casing, Naming } from './names.js'
import { quoteName, quoteQualified } from './quote.js'
import { failureOf, quoted, told, type FoundTable } from './schema.js'
import type { Origin, Part, Script } from './script.js'

/** What holds for the whole schema. */
export interface Style {
  naming: Naming
  casing: Casing | null
}

/** The name of a column, whichever way it got one. */
export function nameOfColumn(
  { naming, casing }: Style,
  { name, keyAsName }: { name: string; keyAsName?: boolean },
): string {
  return naming === '0.45' && keyAsName === true ? withCasing(casing, name) : name
}

/** How fragments within the definition of a table are written. */
function settingOf(style: Style, table: TableConfig): ColumnSetting {
  return {
    nameOf: column => nameOfColumn(style, column),
    qualified: false,
    naming: style.naming,
    schema: table.schema,
    table: table.name,
  }
}

/** The extensions that a table's columns and indexes need. */
export function extensionsOf({ value }: FoundTable, { naming }: Style): string[] {
  const types = value.columns.filter(column => enumOf(column, naming) === undefined)
  const classes = value.indexes.flatMap(({ config }) =>
    config.columns.map(column => (isSql(column) ? '' : (column.indexConfig?.opClass ?? ''))),
  )
  return [...types.map(column => typeOf(column, naming)), ...classes]
    .map(extensionOf)
    .filter(name => name !== undefined)
}

/** Writes `create table`, without the foreign keys: what they lead to may come later. */
export function writeTable(
  script: Script,
  { value: table, origin }: FoundTable,
  style: Style,
): void {
  const setting = settingOf(style, table)
  const columns = table.columns.map((column): Part => {
    const what = `column "${setting.nameOf(column)}" of ${origin.what}`
    const from = { ...origin, what }
    return { text: told(from, () => columnSql(column, setting)), origin: from }
  })
  const constraints = [
    ...primaryKeys(table, setting),
    ...uniques(table, setting),
    ...table.checks.map(({ name, value }) => ({
      name,
      text: `check ${inParentheses(told(origin, () => renderSql(value, setting)))}`,
    })),
  ].map(({ name, text }): Part => {
    const what = name === null ? origin.what : `constraint "${name}" of ${origin.what}`
    const named = name === null ? text : `constraint ${quoteName(name)} ${text}`
    return { text: named, origin: { ...origin, what } }
  })
  const head = `create table ${quoteQualified(table.schema, table.name)}`
  script.addList(head, [...columns, ...constraints], origin)
}

interface Constraint {
  /** Null where PostgreSQL is to name it. */
  name: string | null
  text: string
}

function columnList(
  columns: readonly { name: string; keyAsName?: boolean }[],
  setting: ColumnSetting,
): string {
  return `(${columns.map(column => quoteName(setting.nameOf(column))).join(', ')})`
}

function primaryKeys(table: TableConfig, setting: ColumnSetting): Constraint[] {
  return table.primaryKeys.map(({ name, columns }) => ({
    name: name ?? primaryKeyName(setting.naming, table.name, columns.map(setting.nameOf)),
    text: `primary key ${columnList(columns, setting)}`,
  }))
}

function uniques(table: TableConfig, setting: ColumnSetting): Constraint[] {
  const declared = table.uniqueConstraints.map(({ name, columns, nullsNotDistinct }) => ({
    name,
    text: `unique ${nullsNotDistinct ? 'nulls not distinct ' : ''}${columnList(columns, setting)}`,
  }))
  const inline = table.columns
    .filter(column => column.isUnique)
    .map(column => ({
      name: column.uniqueName ?? null,
      text:
        `unique ${column.uniqueType === 'not distinct' ? 'nulls not distinct ' : ''}` +
        columnList([column], setting),
    }))
  // The same thing said twice, at the column and for the table, is one constraint.
  const said = new Set(declared.map(({ text }) => text))
  return [...inline.filter(({ text }) => !said.has(text)), ...declared]
}

/** A table that a foreign key leads to, and the columns that must be unique there. */
export interface Reference {
  table: Table
  columns: readonly Column[]
}

/** Writes the foreign keys of a table, and says what they lead to. */
export function writeForeignKeys(
  script: Script,
  { value: table, origin }: FoundTable,
  style: Style,
): void {
  const setting = settingOf(style, table)
  // Of two with one name the last holds, as `references` beside `foreignKey` may give.
  const byName = new Map<string, string>()
  for (const key of table.foreignKeys) {
    const { name, columns, foreignTable, foreignColumns } = referenceOf(key, origin)
    const target = nameOfTable(foreignTable)
    const to = { table: target.name, columns: foreignColumns.map(setting.nameOf) }
    const from = { table: table.name, columns: columns.map(setting.nameOf) }
    const actions = [
      ['delete', key.onDelete],
      ['update', key.onUpdate],
    ] as const
    byName.set(
      name ?? foreignKeyName(style.naming, from, to),
      [
        `foreign key ${columnList(columns, setting)}`,
        `references ${quoteQualified(target.schema, target.name)} ` +
          columnList(foreignColumns, setting),
        ...actions.flatMap(([event, action]) =>
          action === undefined || action === 'no action' ? [] : [`on ${event} ${action}`],
        ),
      ].join(' '),
    )
  }
  for (const [name, text] of byName) {
    const what = `foreign key "${name}" of ${origin.what}`
    const head = `alter table ${quoteQualified(table.schema, table.name)} add constraint`
    script.add(`${head} ${quoteName(name)} ${text}`, { ...origin, what })
  }
}

/** What the foreign keys of a table lead to. */
export function referencesOf({ value, origin }: FoundTable): Reference[] {
  return value.foreignKeys.map(key => {
    const { foreignTable, foreignColumns } = referenceOf(key, origin)
    return { table: foreignTable, columns: foreignColumns }
  })
}

type Referenced = ReturnType<TableConfig['foreignKeys'][number]['reference']>

function referenceOf(key: TableConfig['foreignKeys'][number], origin: Origin): Referenced {
  try {
    return key.reference()
  } catch (error) {
    throw failureOf(
      origin,
      `a foreign key leads to a column that cannot be read: ${(error as Error).message}`,
      'Two files that import each other may be why.',
    )
  }
}

/** Writes the indexes of a table. `concurrently` says how to make one, not what it is. */
export function writeIndexes(
  script: Script,
  { value: table, origin }: FoundTable,
  style: Style,
): void {
  const setting = settingOf(style, table)
  for (const index of table.indexes) {
    const { config } = index
    const name = config.name ?? indexName(table.name, nameParts(index, setting, origin))
    const what = `index "${name}" of ${origin.what}`
    const columns = config.columns.map(column => indexedSql(column, setting)).join(', ')
    const options = Object.entries(config.with ?? {}).map(([key, value]) => `${key} = ${value}`)
    const text = [
      config.unique ? 'create unique index' : 'create index',
      quoteName(name),
      `on ${quoteQualified(table.schema, table.name)}`,
      `using ${config.method ?? 'btree'}`,
      inParentheses(columns),
      options.length === 0 ? '' : `with (${options.join(', ')})`,
      config.where === undefined ? '' : `where ${renderSql(config.where, setting)}`,
    ]
    script.add(text.filter(part => part !== '').join(' '), { ...origin, what })
  }
}

function nameParts({ config }: Index, setting: ColumnSetting, origin: Origin): string[] {
  return config.columns.map(column => {
    if (!isSql(column)) return setting.nameOf(column)
    throw failureOf(
      origin,
      `an index on the expression ${renderSql(column, setting)} has no name`,
      "Drizzle names indexes by their columns; give this one a name: index('name').on(...).",
    )
  })
}

function indexedSql(column: Sql | IndexedColumn, setting: ColumnSetting): string {
  if (isSql(column)) return renderSql(column, setting)
  const { order, nulls, opClass } = column.indexConfig ?? {}
  const isAscending = order !== 'desc'
  // Nulls come last where the order is ascending and first where it is not.
  const isUsual = nulls === undefined || (nulls === 'last') === isAscending
  return [
    quoteName(setting.nameOf(column)),
    opClass ?? '',
    isAscending ? '' : 'desc',
    isUsual ? '' : `nulls ${nulls}`,
  ]
    .filter(part => part !== '')
    .join(' ')
}

/** The name of a table as a key. */
export function keyOf(schema: string | undefined, name: string): string {
  return quoted(schema ?? 'public', name)
}
