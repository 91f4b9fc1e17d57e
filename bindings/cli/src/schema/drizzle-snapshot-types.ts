/** A schema in the terms of Drizzle: what its snapshots and its schema.ts are written from. */
import type { DrizzleDefault, DrizzleType } from './drizzle-snapshot-column.js'
import type { IndexPart } from './drizzle-snapshot-sql.js'

/** What was left out, and why. */
export interface LeftOut {
  kind: string
  name: string
  why: string
}

export interface SequenceFacts {
  schema: string
  name: string
  increment: string
  min: string
  max: string
  start: string
  cache: string
  cycle: boolean
}

export interface ColumnFacts {
  name: string
  type: DrizzleType
  notNull: boolean
  /** Whether it alone is the primary key, under the name that PostgreSQL gives one. */
  primary: boolean
  default?: DrizzleDefault
  generated?: string
  identity?: SequenceFacts & { always: boolean }
}

export interface KeyFacts {
  name: string
  columns: string[]
}

export interface UniqueFacts extends KeyFacts {
  nullsNotDistinct: boolean
}

export interface ForeignKeyFacts extends KeyFacts {
  schemaTo: string
  tableTo: string
  columnsTo: string[]
  onDelete: string
  onUpdate: string
}

export interface IndexFacts {
  name: string
  unique: boolean
  method: string
  parts: IndexPart[]
  options: [string, string][]
  where?: string
}

export interface PolicyFacts {
  name: string
  restrictive: boolean
  command: string
  roles: string[]
  using?: string
  check?: string
}

export interface TableFacts {
  schema: string
  name: string
  columns: ColumnFacts[]
  /** A primary key that its column cannot say. */
  primaryKey?: KeyFacts
  uniques: UniqueFacts[]
  checks: { name: string; value: string }[]
  foreignKeys: ForeignKeyFacts[]
  indexes: IndexFacts[]
  policies: PolicyFacts[]
  rowSecurity: boolean
}

export interface ViewFacts {
  schema: string
  name: string
  materialized: boolean
  definition: string
  columns: { name: string; type: DrizzleType }[]
  options: [string, string][]
  withoutData: boolean
}

export interface EnumFacts {
  schema: string
  name: string
  values: string[]
}

export interface RoleFacts {
  name: string
  createDatabase: boolean
  createRole: boolean
  inherit: boolean
}

export interface DrizzleFacts {
  schemas: string[]
  enums: EnumFacts[]
  sequences: SequenceFacts[]
  roles: RoleFacts[]
  tables: TableFacts[]
  views: ViewFacts[]
  leftOut: LeftOut[]
}
