/**
 * What a schema.ts says in its own words. PostgreSQL prints an expression otherwise than it was
 * written, and drizzle-kit compares texts: a snapshot beside a schema.ts has that one's texts.
 */
import { enumOf } from '../drizzle/column.js'
import { isSql, type Column, type Policy, type Sql } from '../drizzle/entities.js'
import { renderSql } from '../drizzle/fragment.js'
import type { Casing } from '../drizzle/names.js'
import { rolesOf } from '../drizzle/policy.js'
import { readSchema, type FoundTable } from '../drizzle/schema.js'
import { nameOfColumn, type Style } from '../drizzle/table.js'
import type { DrizzleModules } from '../drizzle/to-sql.js'
import { renderQuery } from '../drizzle/view.js'
import type { DrizzleDefault } from './drizzle-snapshot-column.js'
import type {
  ColumnFacts,
  DrizzleFacts,
  IndexFacts,
  PolicyFacts,
  TableFacts,
} from './drizzle-snapshot-types.js'

/** A loaded schema.ts, and how its keys become names. */
export interface SaidSchema {
  modules: DrizzleModules
  casing?: Casing | null
}

/** The facts of a model in the words of the schema that it was made of. */
export function inWordsOf(
  facts: DrizzleFacts,
  { modules, casing = null }: SaidSchema,
): DrizzleFacts {
  const { naming, core } = modules
  const style: Style = { naming, casing: naming === '0.45' ? casing : null }
  const schema = readSchema(modules.modules, core)
  const keyOf = (one: { schema?: string | undefined; name: string }): string =>
    JSON.stringify([one.schema ?? 'public', one.name])
  const tables = new Map(schema.tables.map(found => [keyOf(found.value), found]))
  const views = new Map(schema.views.map(({ value }) => [keyOf(value), value]))
  const roles = schema.roles.map(({ value }) => value).filter(role => role._existing !== true)
  return {
    ...facts,
    roles: roles.map(({ name, createDb, createRole, inherit }) => ({
      name,
      createDatabase: createDb === true,
      createRole: createRole === true,
      inherit: inherit !== false,
    })),
    tables: facts.tables.map(table => {
      const found = tables.get(keyOf(table))
      return found === undefined ? table : tableOf(table, found, style)
    }),
    views: facts.views.map(view => {
      const query = views.get(keyOf(view))?.query
      return query === undefined ? view : { ...view, definition: renderQuery(query, style) }
    }),
  }
}

function tableOf(table: TableFacts, { value }: FoundTable, style: Style): TableFacts {
  const text = (sql: Sql, isOwn: boolean): string =>
    renderSql(sql, {
      nameOf: column => nameOfColumn(style, column),
      // Within a table's own definition 1.0 leaves the table out.
      qualified: style.naming === '0.45' || !isOwn,
    })
  const columns = new Map(value.columns.map(column => [nameOfColumn(style, column), column]))
  const checks = new Map(value.checks.map(check => [check.name, check.value]))
  const policies = new Map(value.policies.map(policy => [policy.name, policy]))
  return {
    ...table,
    rowSecurity: value.enableRLS || (style.naming === '1.0' && value.policies.length > 0),
    columns: table.columns.map(column => {
      const found = columns.get(column.name)
      return found === undefined ? column : columnOf(column, found, style, text)
    }),
    checks: table.checks.map(check => {
      const said = checks.get(check.name)
      return said === undefined ? check : { ...check, value: text(said, true) }
    }),
    indexes: table.indexes.map(index => indexOf(index, value.indexes, text, style)),
    policies: table.policies.map(policy => {
      const found = policies.get(policy.name)
      return found === undefined ? policy : policyOf(policy, found, text)
    }),
  }
}

type Text = (sql: Sql, isOwn: boolean) => string

function columnOf(column: ColumnFacts, found: Column, style: Style, text: Text): ColumnFacts {
  const { generated } = found
  const as: unknown = typeof generated?.as === 'function' ? generated.as() : generated?.as
  const said = enumOf(found, style.naming) === undefined ? saidTypeOf(found, style) : undefined
  const given = column.default === undefined ? undefined : defaultOf(found, column, style, text)
  return {
    ...column,
    type: said === undefined ? column.type : { ...column.type, ...said },
    // A key of the table makes its columns NOT NULL without their saying so.
    notNull: column.primary || found.notNull,
    ...(given === undefined ? {} : { default: given }),
    ...(isSql(as) ? { generated: text(as, true) } : {}),
  }
}

/** The type in full, with the dimensions that PostgreSQL does not keep. */
function saidTypeOf(column: Column, { naming }: Style): { said: string; dimensions?: string } {
  const type = column.getSQLType()
  if (naming === '1.0') return { said: type, dimensions: '[]'.repeat(column.dimensions ?? 0) }
  const [, said = type, dimensions = ''] = /^(.*?)((?:\[\d*\])*)$/.exec(type) ?? []
  return { said, dimensions }
}

function defaultOf(
  { default: value }: Column,
  { type, ...column }: ColumnFacts,
  { naming }: Style,
  text: Text,
): DrizzleDefault | undefined {
  if (isSql(value)) return { kind: 'sql', text: text(value, true) }
  if (naming === '1.0') return newDefaultOf(value, type.said)
  if (typeof value === 'string') return { kind: 'text', value }
  if (typeof value === 'number' || typeof value === 'boolean') return { kind: 'value', value }
  if (value instanceof Date) return { kind: 'text', value: dateText(value, type.said) }
  if (Array.isArray(value) && type.array) return { kind: 'sql', text: `'${arrayText(value)}'` }
  if (typeof value === 'object' && value !== null && /^jsonb?$/.test(type.said)) {
    return { kind: 'sql', text: `'${JSON.stringify(value)}'::${type.said}` }
  }
  return column.default
}

/** In 1.0 a moment is written as PostgreSQL would; the rest is as the model has it. */
function newDefaultOf(value: unknown, type: string): DrizzleDefault | undefined {
  const hasZone = type.endsWith('with time zone')
  if (value instanceof Date) {
    const text = value.toISOString()
    if (type === 'date') return { kind: 'text', value: text.slice(0, 10) }
    return { kind: 'text', value: text.slice(0, 23).replace('T', ' ') + (hasZone ? '+00' : '') }
  }
  if (typeof value !== 'string' || !/^time\b/.test(type) || !hasZone) return undefined
  return { kind: 'text', value: /[+-]\d+(?::\d+)?$/.test(value) ? value : `${value}+00` }
}

function dateText(value: Date, type: string): string {
  const text = value.toISOString()
  if (type === 'date') return text.slice(0, 10)
  return type === 'timestamp' ? text.replace('T', ' ').slice(0, 23) : text
}

function arrayText(values: readonly unknown[]): string {
  const items = values.map(value => {
    if (Array.isArray(value)) return arrayText(value)
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    // drizzle-kit quotes what is within no further.
    return `"${String(value)}"`
  })
  return `{${items.join(',')}}`
}

function indexOf(
  index: IndexFacts,
  all: FoundTable['value']['indexes'],
  text: Text,
  style: Style,
): IndexFacts {
  const found = all.find(({ config }) => {
    // Only an index without expressions may be without a name, and that one needs no words.
    return config.name === index.name
  })
  if (found === undefined) return index
  const { where, columns } = found.config
  const setting = {
    nameOf: (column: { name: string }) => nameOfColumn(style, column),
    qualified: false,
  }
  const parts = columns.map((column, at) => {
    const part = index.parts[at]
    if (!isSql(column)) return part
    return {
      value: renderSql(column, setting),
      isExpression: true,
      isAscending: true,
      nullsFirst: false,
    }
  })
  return {
    ...index,
    parts: parts.filter(part => part !== undefined),
    ...(where === undefined ? {} : { where: text(where, true) }),
  }
}

function policyOf(policy: PolicyFacts, found: Policy, text: Text): PolicyFacts {
  const { using, withCheck } = found
  return {
    ...policy,
    roles: rolesOf(found),
    ...(using === undefined ? {} : { using: text(using, false) }),
    ...(withCheck === undefined ? {} : { check: text(withCheck, false) }),
  }
}
