/** A column as `create table` has it: its type, its default, and what else is said inline. */
import { isEnum, isSql, type Column, type Enum, type SequenceOptions } from './entities.js'
import { inParentheses, renderSql, type Setting } from './fragment.js'
import type { Naming } from './names.js'
import { arrayLiteral, literal, quoteName, quoteQualified } from './quote.js'

/** What a column needs from its table. */
export interface ColumnSetting extends Setting {
  naming: Naming
  schema: string | undefined
  table: string
}

/** The extensions of the types and operator classes that PostgreSQL itself does not have. */
const kExtensions: readonly [RegExp, string][] = [
  [/^(vector|halfvec|sparsevec)\b/i, 'vector'],
  [/^(geometry|geography)\b/i, 'postgis'],
  [/^citext\b/i, 'citext'],
  [/^hstore\b/i, 'hstore'],
  [/^(ltree|lquery|ltxtquery)\b/i, 'ltree'],
  [/^(gin|gist)_trgm_ops\b/i, 'pg_trgm'],
]

/** The extension that a type or an operator class belongs to, where it is one that we know. */
export function extensionOf(type: string): string | undefined {
  return kExtensions.find(([pattern]) => pattern.test(type))?.[1]
}

interface Shape {
  /** The element of an array, else the column itself. */
  element: Column
  depth: number
  /** `[]` once for each dimension; 0.45 keeps the sizes, which PostgreSQL ignores. */
  suffix: string
}

function shapeOf(column: Column, naming: Naming): Shape {
  if (naming === '1.0') {
    const depth = column.dimensions ?? 0
    return { element: column, depth, suffix: '[]'.repeat(depth) }
  }
  if (column.baseColumn === undefined) return { element: column, depth: 0, suffix: '' }
  const { element, depth, suffix } = shapeOf(column.baseColumn, naming)
  return { element, depth: depth + 1, suffix: `${suffix}[${column.size ?? ''}]` }
}

/** The enum that a column's type is, or is an array of. */
export function enumOf(column: Column, naming: Naming): Enum | undefined {
  const { element } = shapeOf(column, naming)
  return isEnum(element.enum) ? element.enum : undefined
}

/** A column's type as SQL. */
export function typeOf(column: Column, naming: Naming): string {
  const { element, suffix } = shapeOf(column, naming)
  const named = enumOf(column, naming)
  if (named !== undefined) return quoteQualified(named.schema, named.enumName) + suffix
  const type = element.getSQLType()
  // Before 1.0 drizzle-kit quoted the types that it did not know: only so do capitals stay.
  const isMixed = naming === '0.45' && /^[A-Za-z_]\w*$/.test(type) && /[A-Z]/.test(type)
  return (isMixed && /[a-z]/.test(type) ? quoteName(type) : type) + suffix
}

/** A column's default as SQL, or undefined where it has none in the database. */
export function defaultOf(column: Column, setting: ColumnSetting): string | undefined {
  const value = column.default
  if (value === undefined) return undefined
  if (isSql(value)) return renderSql(value, setting)
  if (value === null) return 'null'
  const { element, depth } = shapeOf(column, setting.naming)
  if (depth > 0 && Array.isArray(value)) {
    // The types of PostGIS are the ones whose arrays are not separated by commas.
    const separator = extensionOf(element.getSQLType()) === 'postgis' ? ':' : ','
    return arrayLiteral(mappedArray(value, element, depth, setting.naming), separator)
  }
  const mapped = mappedValue(value, element, setting.naming)
  if (isSql(mapped)) return renderSql(mapped, setting)
  if (Array.isArray(mapped)) return arrayLiteral(mapped)
  // In DEFAULT a sign needs no parentheses.
  const isNumber = typeof mapped === 'bigint' || Number.isFinite(mapped)
  return isNumber ? String(mapped) : literal(mapped)
}

function mappedArray(
  values: readonly unknown[],
  element: Column,
  depth: number,
  naming: Naming,
): unknown[] {
  return values.map(value => {
    if (value === null) return null
    if (depth > 1 && Array.isArray(value)) return mappedArray(value, element, depth - 1, naming)
    return mappedValue(value, element, naming)
  })
}

/** A value as it is sent to the database, but for what the schema has always meant by it. */
function mappedValue(value: unknown, column: Column, naming: Naming): unknown {
  const { columnType } = column
  if (columnType === 'PgJson' || columnType === 'PgJsonb') {
    // Before 1.0 the text of a default was JSON already.
    const isDone = naming === '0.45' && typeof value === 'string' && isJson(value)
    return isDone ? value : JSON.stringify(value)
  }
  if (columnType === 'PgCustomColumn') return sent(value, column, naming)
  if (typeof value === 'number' || typeof value === 'bigint') {
    // Before 1.0 a number stayed one: 0 and '0' are different defaults of a numeric column.
    return naming === '1.0' && /^numeric/.test(column.getSQLType()) ? String(value) : value
  }
  return typeof value === 'string' ? value : sent(value, column, naming)
}

/** A column of arrays takes them apart itself in 1.0, so there a value goes into one of one. */
function sent(value: unknown, column: Column, naming: Naming): unknown {
  const depth = naming === '1.0' ? (column.dimensions ?? 0) : 0
  let wrapped = value
  for (let i = 0; i < depth; i++) wrapped = [wrapped]
  let mapped = column.mapToDriverValue(wrapped)
  for (let i = 0; i < depth && Array.isArray(mapped); i++) mapped = (mapped as unknown[])[0]
  return mapped
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The whole line of a column within `create table`. */
export function columnSql(column: Column, setting: ColumnSetting): string {
  const name = setting.nameOf(column)
  const value = defaultOf(column, setting)
  const generated = generatedSql(column, setting)
  return [
    quoteName(name),
    typeOf(column, setting.naming),
    column.primary ? 'primary key' : '',
    value === undefined ? '' : `default ${value}`,
    generated === undefined ? '' : `generated always as ${inParentheses(generated)} stored`,
    identitySql(column, name, setting),
    column.notNull ? 'not null' : '',
  ]
    .filter(part => part !== '')
    .join(' ')
}

function generatedSql({ generated }: Column, setting: Setting): string | undefined {
  if (generated === undefined) return undefined
  const as: unknown = typeof generated.as === 'function' ? generated.as() : generated.as
  if (isSql(as)) return renderSql(as, setting)
  // Drizzle takes a text for SQL here.
  return typeof as === 'string' ? as : literal(as)
}

function identitySql(column: Column, name: string, setting: ColumnSetting): string {
  const identity = column.generatedIdentity
  if (identity === undefined) return ''
  // Drizzle names the sequence itself, and does not cut the name as PostgreSQL would.
  const sequence = identity.sequenceName ?? `${setting.table}_${name}_seq`
  const how = identity.type === 'always' ? 'always' : 'by default'
  const named = `sequence name ${quoteQualified(setting.schema, sequence)}`
  const options = [named, ...optionsOf(identity.sequenceOptions)]
  return `generated ${how} as identity (${options.join(' ')})`
}

/** What is said about a sequence; PostgreSQL knows the defaults of the rest. */
export function optionsOf(options: SequenceOptions = {}): string[] {
  const said: [string, string | number | undefined][] = [
    ['increment by', options.increment],
    ['minvalue', options.minValue],
    ['maxvalue', options.maxValue],
    ['start with', options.startWith],
    ['cache', options.cache],
  ]
  const all = said.filter(([, value]) => value !== undefined)
  return [...all.map(([key, value]) => `${key} ${value}`), ...(options.cycle ? ['cycle'] : [])]
}
