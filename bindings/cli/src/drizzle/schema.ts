/** What the schema files export, told apart, and what else those things need to exist. */
import { Failure } from '../failure.js'
import { isA, isEnum, isTable, isView } from './entities.js'
import type { Enum, PgCore, Policy, Role, Sequence, Table, TableConfig } from './entities.js'
import type { View, ViewConfig } from './entities.js'
import type { Origin } from './script.js'

/** One of the schema's files, and what it exports. */
export interface SchemaModule {
  file: string
  exports: Readonly<Record<string, unknown>>
}

/** A thing of the schema, and where it comes from. */
export interface Found<T> {
  value: T
  origin: Origin
}

export interface FoundTable extends Found<TableConfig> {
  table: Table
}

export interface FoundView extends Found<ViewConfig> {
  view: View
  isMaterialized: boolean
}

interface SchemaObject {
  schemaName: string
  isExisting?: boolean
}

/** Everything that the files export, each once. */
export interface Schema {
  schemas: Found<SchemaObject>[]
  enums: Found<Enum>[]
  sequences: Found<Sequence>[]
  roles: Found<Role>[]
  tables: FoundTable[]
  views: FoundView[]
  /** Those that are exported by themselves; most are said with their tables. */
  policies: Found<Policy>[]
}

/** Finds Drizzle's objects among what the modules export. */
export function readSchema(modules: readonly SchemaModule[], core: PgCore): Schema {
  const schema: Schema = {
    schemas: [],
    enums: [],
    sequences: [],
    roles: [],
    tables: [],
    views: [],
    policies: [],
  }
  // A file that exports what another one exports gives the same objects again.
  const seen = new Set<unknown>()
  for (const { file, exports } of modules) {
    for (const [name, value] of Object.entries(exports)) {
      if (seen.has(value)) continue
      seen.add(value)
      readExport(schema, value, { file, export: name }, core)
    }
  }
  return schema
}

function readExport(
  schema: Schema,
  value: unknown,
  place: { file: string; export: string },
  core: PgCore,
): void {
  const origin = (what: string): Origin => ({ what, ...place })
  if (isEnum(value)) {
    const what = `enum ${quoted(value.schema, value.enumName)}`
    schema.enums.push({ value, origin: origin(what) })
  } else if (isTable(value)) schema.tables.push(readTable(value, place, core))
  else if (isView(value)) schema.views.push(readView(value, place, core))
  else if (isA(value, 'PgSchema')) {
    const found = value as SchemaObject
    schema.schemas.push({ value: found, origin: origin(`schema "${found.schemaName}"`) })
  } else if (isA(value, 'PgSequence')) {
    const found = value as Sequence
    const what = `sequence ${quoted(found.schema, found.seqName)}`
    schema.sequences.push({ value: found, origin: origin(what) })
  } else if (isA(value, 'PgRole')) {
    const found = value as Role
    schema.roles.push({ value: found, origin: origin(`role "${found.name}"`) })
  } else if (isA(value, 'PgPolicy')) {
    const found = value as Policy
    schema.policies.push({ value: found, origin: origin(`policy "${found.name}"`) })
  }
}

function readTable(
  table: Table,
  place: { file: string; export: string },
  core: PgCore,
): FoundTable {
  try {
    const value = core.getTableConfig(table)
    const what = `table ${quoted(value.schema, value.name)}`
    return { table, value, origin: { what, ...place } }
  } catch (error) {
    // The schema's own function runs here: that of a table's indexes and constraints.
    throw failureOf(
      { what: `the table exported as ${place.export}`, ...place },
      `its indexes and constraints cannot be read: ${(error as Error).message}`,
      'They are the third argument of the table.',
    )
  }
}

function readView(view: View, place: { file: string; export: string }, core: PgCore): FoundView {
  const isMaterialized = isA(view, 'PgMaterializedView')
  const value = isMaterialized ? core.getMaterializedViewConfig(view) : core.getViewConfig(view)
  const kind = isMaterialized ? 'materialized view' : 'view'
  const what = `${kind} ${quoted(value.schema, value.name)}`
  return { view, value, isMaterialized, origin: { what, ...place } }
}

/** A failure that is about one thing of the schema, in the file that exports it. */
export function failureOf({ what, file }: Origin, message: string, advice?: string): Failure {
  const place = file === undefined ? undefined : { file }
  return new Failure([{ code: null, message: `${what}: ${message}`, place, advice }])
}

/** Does something for one thing of the schema, so that an error says for which. */
export function told<T>(origin: Origin, make: () => T): T {
  try {
    return make()
  } catch (error) {
    const advice = error instanceof Failure ? error.findings[0]?.advice : undefined
    throw failureOf(origin, (error as Error).message, advice)
  }
}

/** A name as messages have it. */
export function quoted(schema: string | undefined, name: string): string {
  return schema === undefined ? `"${name}"` : `"${schema}"."${name}"`
}
