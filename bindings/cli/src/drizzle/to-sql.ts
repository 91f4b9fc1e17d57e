/** A Drizzle schema as SQL that PostgreSQL loads from top to bottom. */
import { enumOf, optionsOf } from './column.js'
import { baseOfView, columnsOfTable, nameOfTable } from './entities.js'
import type { Enum, PgCore, Policy, Table, ViewConfig } from './entities.js'
import { nameFilter } from './glob.js'
import type { Casing, Naming } from './names.js'
import * as outside from './outside.js'
import type { Outside } from './outside.js'
import { isRoleName, rolesOf, writePolicy, writeRole, type PlacedPolicy } from './policy.js'
import { quoteName, quoteQualified, quoteText } from './quote.js'
import { quoted, readSchema, told, type Found, type Schema, type SchemaModule } from './schema.js'
import { Script, type Where } from './script.js'
import { extensionsOf, keyOf, referencesOf, type Reference, type Style } from './table.js'
import { writeForeignKeys, writeIndexes, writeTable } from './table.js'
import { names, renderQuery, tablesIn, viewsIn, writeViews } from './view.js'

/** What `loadSchema` loaded. */
export interface DrizzleModules {
  modules: readonly SchemaModule[]
  core: PgCore
  naming: Naming
}

export interface ToSqlOptions {
  /** How keys become names of columns; for drizzle-orm before 1.0. */
  casing?: Casing | null
  /** Patterns of the names of tables and views that count. */
  tablesFilter?: readonly string[]
  /** Patterns of the names of schemas that count. */
  schemaFilter?: readonly string[]
}

export interface DrizzleSql {
  sql: string
  /** What each line of it came from; `whereIs` looks one up. */
  where: readonly Where[]
  naming: Naming
  /** What was only made so that the rest loads, and is no part of the schema. */
  outside: readonly Outside[]
  /** What was left out, and why, as sentences. */
  notes: readonly string[]
}

/** Turns what the schema files export into SQL. */
export function toSql(
  { modules, core, naming }: DrizzleModules,
  { casing = null, tablesFilter = [], schemaFilter = [] }: ToSqlOptions = {},
): DrizzleSql {
  const schema = readSchema(modules, core)
  const translation = new Translation(
    filtered(schema, nameFilter(tablesFilter), nameFilter(schemaFilter)),
    { naming, casing: naming === '0.45' ? casing : null },
  )
  const made = translation.run()
  const isEmpty = Object.values(schema).every(found => found.length === 0)
  return isEmpty ? { ...made, notes: [...made.notes, kEmpty] } : made
}

// Whoever forgot a word would be offered to drop all that there is.
const kEmpty =
  'the schema has nothing in it: only what its files export counts, such as a pgTable'

type Filter = (name: string) => boolean

function filtered(schema: Schema, isTable: Filter, isSchema: Filter): Schema {
  const within = (name: string | undefined): boolean => isSchema(name ?? 'public')
  const both = ({ value }: { value: { schema?: string | undefined; name: string } }): boolean =>
    within(value.schema) && isTable(value.name)
  return {
    schemas: schema.schemas.filter(({ value }) => isSchema(value.schemaName)),
    enums: schema.enums.filter(({ value }) => within(value.schema)),
    sequences: schema.sequences.filter(({ value }) => within(value.schema)),
    roles: schema.roles,
    tables: schema.tables.filter(both),
    views: schema.views.filter(both),
    policies: schema.policies.filter(({ value }) => {
      if (value._linkedTable === undefined) return true
      const table = nameOfTable(value._linkedTable)
      return within(table.schema) && isTable(table.originalName)
    }),
  }
}

/** Whether a schema is PostgreSQL's own. */
function isSystemSchema(name: string): boolean {
  return /^pg_|^information_schema$/.test(name)
}

class Translation {
  readonly #script = new Script()
  readonly #schema: Schema
  readonly #style: Style
  readonly #outside: Outside[] = []
  readonly #notes: string[] = []
  readonly #policies: readonly PlacedPolicy[]
  readonly #enums: readonly Found<Enum>[]
  /** The queries of views, and what policies say. */
  readonly #texts: readonly string[]

  constructor(schema: Schema, style: Style) {
    this.#schema = schema
    this.#style = style
    this.#policies = this.#placePolicies()
    this.#enums = this.#allEnums()
    this.#texts = this.#fragments().map(sql =>
      told({ what: 'a view or a policy' }, () => renderQuery(sql, style)),
    )
  }

  run(): DrizzleSql {
    const script = this.#script
    const style = this.#style
    const { sequences, tables, views } = this.#schema
    const references = this.#outsideTables()
    this.#writeSchemas(references)
    this.#writeExtensions()
    this.#writeRoles()
    for (const { value, origin } of this.#enums) {
      const name = quoteQualified(value.schema, value.enumName)
      script.add(
        `create type ${name} as enum (${value.enumValues.map(quoteText).join(', ')})`,
        origin,
      )
    }
    for (const { value, origin } of sequences) {
      const options = optionsOf(value.seqOptions).map(option => ` ${option}`)
      const name = quoteQualified(value.schema, value.seqName)
      script.add(`create sequence ${name}${options.join('')}`, origin)
    }
    this.#writeOutsideTables(references)
    for (const found of outside.functionsIn(this.#texts)) {
      this.#outside.push(outside.writeOutsideFunction(script, found))
    }
    for (const table of tables) writeTable(script, table, style)
    // A foreign key may lead to columns that only an index makes unique.
    for (const table of tables) writeIndexes(script, table, style)
    for (const table of tables) writeForeignKeys(script, table, style)
    this.#writeOutsideViews()
    writeViews(script, views, style)
    this.#writeSecurity()
    return {
      sql: script.sql,
      where: script.where,
      naming: style.naming,
      outside: this.#outside,
      notes: this.#notes,
    }
  }

  /** Those of the tables, and those that say themselves which table they are on. */
  #placePolicies(): PlacedPolicy[] {
    const placed: PlacedPolicy[] = []
    const seen = new Set<Policy>()
    const place = (policy: Policy, table: Omit<PlacedPolicy, 'policy'>): void => {
      if (seen.has(policy)) return
      seen.add(policy)
      placed.push({ policy, ...table })
    }
    for (const { value, origin } of this.#schema.tables) {
      for (const policy of value.policies) {
        const what = `policy "${policy.name}" of ${origin.what}`
        const on = { schema: value.schema, table: value.name }
        place(policy, { ...on, origin: { ...origin, what } })
      }
    }
    for (const { value, origin } of this.#schema.policies) {
      if (value._linkedTable !== undefined) {
        const { schema, originalName } = nameOfTable(value._linkedTable)
        place(value, { schema, table: originalName, origin })
      } else if (!seen.has(value)) {
        this.#notes.push(`${origin.what} is on no table, and was left out: .link() says which.`)
      }
    }
    return placed
  }

  /** Those that are exported, and those that only columns use: these must exist too. */
  #allEnums(): Found<Enum>[] {
    const all = new Map<Enum, Found<Enum>>()
    for (const found of this.#schema.enums) all.set(found.value, found)
    for (const { value, origin } of this.#schema.tables) {
      for (const column of value.columns) {
        const used = enumOf(column, this.#style.naming)
        if (used === undefined || all.has(used)) continue
        const what = `enum ${quoted(used.schema, used.enumName)} of ${origin.what}`
        all.set(used, { value: used, origin: { ...origin, what } })
      }
    }
    return [...all.values()]
  }

  #writeSchemas(references: ReadonlyMap<string, Reference[]>): void {
    const declared = this.#schema.schemas
    const isOwn = new Map(declared.map(({ value }) => [value.schemaName, !value.isExisting]))
    const { tables, sequences, views } = this.#schema
    const own = [...this.#enums, ...tables, ...sequences, ...views]
      .filter(({ value }) => !('isExisting' in value && value.isExisting))
      .map(({ value, origin }) => ({ name: value.schema ?? 'public', origin }))
    for (const { value, origin } of declared) own.push({ name: value.schemaName, origin })
    // A schema that is used and not exported must exist all the same.
    const wanted = new Map(own.map(({ name, origin }) => [name, origin]))
    for (const [name, origin] of wanted) {
      if (name === 'public' || isOwn.get(name) === false) continue
      const what = `schema "${name}"`
      this.#script.add(`create schema ${quoteName(name)}`, { ...origin, what })
    }
    const others = [
      ...declared.filter(({ value }) => value.isExisting).map(({ value }) => value.schemaName),
      ...[...references.values()].flat().map(({ table }) => nameOfTable(table).schema),
      ...this.#existingViews().map(({ schema }) => schema),
      ...outside.functionsIn(this.#texts).map(({ schema }) => schema),
    ]
    for (const name of new Set(others)) {
      const isMade = name === undefined || (wanted.has(name) && isOwn.get(name) !== false)
      if (isMade || name === 'public' || isSystemSchema(name)) continue
      this.#outside.push(outside.writeOutsideSchema(this.#script, name))
    }
  }

  #writeExtensions(): void {
    const { tables } = this.#schema
    const found = tables.flatMap(table =>
      extensionsOf(table, this.#style).map(name => ({ name, origin: table.origin })),
    )
    for (const [name, origin] of new Map(found.map(({ name, origin }) => [name, origin]))) {
      this.#script.add(`create extension if not exists ${quoteName(name)}`, {
        ...origin,
        what: `extension "${name}", which types of ${origin.what} are of`,
      })
    }
  }

  #writeRoles(): void {
    const own = this.#schema.roles.filter(({ value }) => value._existing !== true)
    for (const { value, origin } of own) writeRole(this.#script, value, origin)
    const made = new Set(own.map(({ value }) => value.name))
    const used = new Set(this.#policies.flatMap(({ policy }) => rolesOf(policy)))
    for (const name of used) {
      if (made.has(name) || !isRoleName(name)) continue
      this.#outside.push(outside.writeOutsideRole(this.#script, name))
    }
  }

  /** The tables that something here leads to and that are not here, by their names. */
  #outsideTables(): Map<string, Reference[]> {
    const here = new Set(this.#schema.tables.map(({ value }) => keyOf(value.schema, value.name)))
    const linked = this.#schema.policies.map(({ value }) => value._linkedTable)
    const all: Reference[] = [
      ...this.#schema.tables.flatMap(referencesOf),
      ...[...linked, ...this.#fragments().flatMap(tablesIn)]
        .filter((table): table is Table => table !== undefined)
        .map(table => ({ table, columns: [] })),
    ]
    const found = new Map<string, Reference[]>()
    for (const reference of all) {
      const { schema, originalName } = nameOfTable(reference.table)
      const key = keyOf(schema, originalName)
      if (!here.has(key)) found.set(key, [...(found.get(key) ?? []), reference])
    }
    return found
  }

  /** What is not within a table's own definition: it may speak of anything. */
  #fragments(): NonNullable<ViewConfig['query']>[] {
    return [
      ...this.#schema.views.map(({ value }) => value.query),
      ...this.#policies.flatMap(({ policy }) => [policy.using, policy.withCheck]),
    ].filter(sql => sql !== undefined)
  }

  #writeOutsideTables(references: ReadonlyMap<string, Reference[]>): void {
    const made = new Set(this.#enums.map(({ value }) => keyOf(value.schema, value.enumName)))
    for (const all of references.values()) {
      const [first] = all
      if (first === undefined) continue
      for (const used of outside.enumsOf(columnsOfTable(first.table), this.#style)) {
        const key = keyOf(used.schema, used.enumName)
        if (!made.has(key)) this.#outside.push(outside.writeOutsideEnum(this.#script, used))
        made.add(key)
      }
      const keys = all.filter(({ columns }) => columns.length > 0)
      this.#outside.push(outside.writeOutsideTable(this.#script, first.table, keys, this.#style))
    }
  }

  /** The views that are declared to exist, and that something here reads from. */
  #existingViews(): ViewConfig[] {
    const fragments = this.#fragments()
    const exported = this.#schema.views
      .map(({ value }) => value)
      .filter(({ schema, name }) => this.#texts.some(text => names(text, schema, name)))
    const within = fragments.flatMap(viewsIn).map(baseOfView)
    const all = [...exported, ...within].filter(view => view.isExisting && view.isAlias !== true)
    return [...new Map(all.map(view => [keyOf(view.schema, view.name), view])).values()]
  }

  #writeOutsideViews(): void {
    for (const view of this.#existingViews()) {
      if (isSystemSchema(view.schema ?? 'public')) continue
      this.#outside.push(outside.writeOutsideView(this.#script, view, this.#style))
    }
  }

  #writeSecurity(): void {
    const secured = new Set(this.#policies.map(({ schema, table }) => keyOf(schema, table)))
    for (const { value, origin } of this.#schema.tables) {
      if (!value.enableRLS && !secured.has(keyOf(value.schema, value.name))) continue
      const name = quoteQualified(value.schema, value.name)
      this.#script.add(`alter table ${name} enable row level security`, origin)
    }
    for (const placed of this.#policies) {
      told(placed.origin, () => writePolicy(this.#script, placed, this.#style))
    }
  }
}
