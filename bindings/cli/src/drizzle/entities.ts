/**
 * Drizzle's objects as we read them. They come from the project's own drizzle-orm, of whatever
 * version, so they are described here by what we use and told apart by the kind that they carry.
 */

const kEntityKind = Symbol.for('drizzle:entityKind')
const kIsEnum = Symbol.for('drizzle:isPgEnum')
const kName = Symbol.for('drizzle:Name')
const kOriginalName = Symbol.for('drizzle:OriginalName')
const kSchema = Symbol.for('drizzle:Schema')
const kIsAlias = Symbol.for('drizzle:IsAlias')
const kColumns = Symbol.for('drizzle:Columns')
const kViewBase = Symbol.for('drizzle:ViewBaseConfig')

/** What a fragment of SQL is made of; `renderSql` looks at what it is. */
export type Chunk = unknown

export interface Sql {
  queryChunks: readonly Chunk[]
}

export interface Table {
  /** Drizzle keeps its own facts under symbols. */
  [key: symbol]: unknown
}

export interface Enum {
  enumName: string
  enumValues: readonly string[]
  schema?: string | undefined
}

export interface SequenceOptions {
  increment?: number | string
  minValue?: number | string
  maxValue?: number | string
  startWith?: number | string
  cache?: number | string
  cycle?: boolean
}

export interface Column {
  name: string
  keyAsName?: boolean
  table: Table
  primary: boolean
  notNull: boolean
  default: unknown
  columnType: string
  isUnique: boolean
  uniqueName?: string | undefined
  uniqueType?: string | undefined
  generated?: { as: unknown } | undefined
  generatedIdentity?:
    | { type: string; sequenceName?: string; sequenceOptions?: SequenceOptions }
    | undefined
  enum?: Enum
  /** 0.45: the element of an array. */
  baseColumn?: Column
  /** 0.45: the size of an array, for what it is worth. */
  size?: number
  /** 1.0: how many dimensions of an array; of a vector in 0.45 it is how long it is. */
  dimensions?: number
  getSQLType(): string
  mapToDriverValue(value: unknown): unknown
}

export interface IndexedColumn {
  name: string
  keyAsName?: boolean
  indexConfig?: { order?: string; nulls?: string; opClass?: string }
}

export interface Index {
  config: {
    name?: string
    columns: readonly (Sql | IndexedColumn)[]
    unique: boolean
    method?: string
    with?: Record<string, unknown>
    where?: Sql
  }
}

export interface ForeignKey {
  onUpdate?: string
  onDelete?: string
  reference(): {
    name?: string
    columns: readonly Column[]
    foreignTable: Table
    foreignColumns: readonly Column[]
  }
}

export interface Policy {
  name: string
  as?: string
  for?: string
  to?: unknown
  using?: Sql
  withCheck?: Sql
  _linkedTable?: Table
}

export interface Role {
  name: string
  createDb?: boolean
  createRole?: boolean
  inherit?: boolean
  _existing?: boolean
}

export interface Sequence {
  seqName: string
  schema?: string
  seqOptions?: SequenceOptions
}

/** What `getTableConfig` of drizzle-orm gives. */
export interface TableConfig {
  name: string
  schema?: string | undefined
  columns: readonly Column[]
  indexes: readonly Index[]
  foreignKeys: readonly ForeignKey[]
  checks: readonly { name: string; value: Sql }[]
  primaryKeys: readonly { name?: string; columns: readonly Column[] }[]
  uniqueConstraints: readonly {
    name: string
    columns: readonly Column[]
    nullsNotDistinct: boolean
  }[]
  policies: readonly Policy[]
  enableRLS: boolean
}

/** A view, materialized or not, with all that was said about it. */
export interface ViewConfig {
  name: string
  schema?: string | undefined
  query?: Sql
  isExisting: boolean
  isAlias?: boolean
  selectedFields: Record<string, unknown>
  with?: Record<string, unknown>
  using?: string
  tablespace?: string
  withNoData?: boolean
}

export interface View {
  [key: symbol]: unknown
}

/** The functions of the project's own `drizzle-orm/pg-core` that we call. */
export interface PgCore {
  getTableConfig(table: Table): TableConfig
  getViewConfig(view: View): ViewConfig
  getMaterializedViewConfig(view: View): ViewConfig
}

/** Whether a value is of a kind of Drizzle's, whichever copy of the package made it. */
export function isA(value: unknown, kind: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  let at: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor
  while (typeof at === 'function') {
    if ((at as unknown as Record<symbol, unknown>)[kEntityKind] === kind) return true
    at = Object.getPrototypeOf(at)
  }
  return false
}

export function isSql(value: unknown): value is Sql {
  return isA(value, 'SQL')
}

export function isTable(value: unknown): value is Table {
  return isA(value, 'PgTable')
}

export function isColumn(value: unknown): value is Column {
  return isA(value, 'Column')
}

export function isView(value: unknown): value is View {
  return isA(value, 'PgView') || isA(value, 'PgMaterializedView')
}

/**
 * An enum is a function that makes columns, with its facts as properties. Only what has the mark is
 * asked for it: a connection that is made when it is first used would be made by the question.
 */
export function isEnum(value: unknown): value is Enum {
  if (typeof value !== 'function' || !(kIsEnum in value)) return false
  return (value as unknown as Record<symbol, unknown>)[kIsEnum] === true
}

export interface TableName {
  name: string
  /** The name in the database, where `name` is an alias in a query. */
  originalName: string
  schema: string | undefined
  isAlias: boolean
}

export function nameOfTable(table: Table): TableName {
  const name = table[kName] as string
  return {
    name,
    originalName: (table[kOriginalName] as string | undefined) ?? name,
    schema: table[kSchema] as string | undefined,
    isAlias: table[kIsAlias] === true,
  }
}

export function columnsOfTable(table: Table): readonly Column[] {
  return Object.values(table[kColumns] as Record<string, Column>)
}

/** The name and the query of a view; what only one kind of view has is for `PgCore`. */
export function baseOfView(view: View): ViewConfig {
  return view[kViewBase] as ViewConfig
}
