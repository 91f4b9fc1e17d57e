/** The snapshot of drizzle-kit before 1.0: one whole schema, by the names of things. */
import { saidType, type DrizzleDefault, type DrizzleType } from './drizzle-snapshot-column.js'
import type {
  ColumnFacts,
  DrizzleFacts,
  PolicyFacts,
  SequenceFacts,
  TableFacts,
  ViewFacts,
} from './drizzle-snapshot-types.js'
import type { Json } from './drizzle-snapshot-merge.js'

type JsonObject = Record<string, Json>

/** All of it but `id` and `prevId`. */
export function snapshotV7(facts: DrizzleFacts): JsonObject {
  const qualified = <T extends { schema: string; name: string }>(
    all: readonly T[],
    write: (one: T) => Json,
  ): JsonObject => Object.fromEntries(all.map(one => [`${one.schema}.${one.name}`, write(one)]))
  return {
    version: '7',
    dialect: 'postgresql',
    tables: qualified(facts.tables, tableV7),
    enums: qualified(facts.enums, ({ schema, name, values }) => ({ name, schema, values })),
    schemas: Object.fromEntries(facts.schemas.map(name => [name, name])),
    sequences: qualified(facts.sequences, sequenceV7),
    roles: named(facts.roles, ({ name, createDatabase, createRole, inherit }) => ({
      name,
      createDb: createDatabase,
      createRole,
      inherit,
    })),
    policies: {},
    views: qualified(facts.views, viewV7),
    _meta: { columns: {}, schemas: {}, tables: {} },
  }
}

function named<T extends { name: string }>(all: readonly T[], write: (one: T) => Json): JsonObject {
  return Object.fromEntries(all.map(one => [one.name, write(one)]))
}

function tableV7(table: TableFacts): JsonObject {
  const { name, schema, primaryKey } = table
  return {
    name,
    // Only here is public not called by its name.
    schema: schema === 'public' ? '' : schema,
    columns: named(table.columns, columnV7),
    indexes: named(table.indexes, index => ({
      name: index.name,
      columns: index.parts.map(part => ({
        expression: part.value,
        isExpression: part.isExpression,
        asc: part.isAscending,
        nulls: part.nullsFirst ? 'first' : 'last',
        ...(part.operatorClass === undefined ? {} : { opclass: part.operatorClass }),
      })),
      isUnique: index.unique,
      ...(index.where === undefined ? {} : { where: index.where }),
      concurrently: false,
      method: index.method,
      with: Object.fromEntries(index.options.map(([key, value]) => [key, optionValue(value)])),
    })),
    foreignKeys: named(table.foreignKeys, key => ({
      name: key.name,
      tableFrom: name,
      tableTo: key.tableTo,
      ...(key.schemaTo === 'public' ? {} : { schemaTo: key.schemaTo }),
      columnsFrom: key.columns,
      columnsTo: key.columnsTo,
      onDelete: key.onDelete,
      onUpdate: key.onUpdate,
    })),
    compositePrimaryKeys:
      primaryKey === undefined
        ? {}
        : { [primaryKey.name]: { name: primaryKey.name, columns: primaryKey.columns } },
    uniqueConstraints: named(table.uniques, ({ name: unique, nullsNotDistinct, columns }) => ({
      name: unique,
      nullsNotDistinct,
      columns,
    })),
    policies: named(table.policies, policyV7),
    checkConstraints: named(table.checks, ({ name: check, value }) => ({ name: check, value })),
    // Where there are policies Drizzle switches it on without a word.
    isRLSEnabled: table.rowSecurity && table.policies.length === 0,
  }
}

function columnV7(column: ColumnFacts): JsonObject {
  const { name, type, notNull, primary, generated, identity } = column
  return {
    name,
    ...typeV7(type),
    primaryKey: primary,
    notNull,
    ...(column.default === undefined ? {} : { default: defaultV7(column.default) }),
    ...(generated === undefined ? {} : { generated: { as: generated, type: 'stored' } }),
    ...(identity === undefined ? {} : { identity: identityV7(identity) }),
  }
}

function typeV7(type: DrizzleType): JsonObject {
  const text = saidType(type, '0.45') + (type.dimensions ?? (type.array ? '[]' : ''))
  return { type: text, ...(type.enum === undefined ? {} : { typeSchema: type.enum.schema }) }
}

function identityV7({ always, ...sequence }: SequenceFacts & { always: boolean }): JsonObject {
  return { type: always ? 'always' : 'byDefault', ...sequenceV7(sequence) }
}

function sequenceV7(sequence: SequenceFacts): JsonObject {
  const { name, schema, increment, start, min, max, cache, cycle } = sequence
  return { name, schema, increment, startWith: start, minValue: min, maxValue: max, cache, cycle }
}

function defaultV7(value: DrizzleDefault): Json {
  switch (value.kind) {
    case 'text':
      return `'${value.value.replaceAll("'", "''")}'`
    case 'value':
      return value.value
    case 'json':
      return `'${JSON.stringify(value.value)}'::jsonb`
    case 'now':
      return 'now()'
    case 'random':
      return 'gen_random_uuid()'
    case 'sql':
      return value.text
  }
}

function policyV7({ name, restrictive, command, roles, using, check }: PolicyFacts): JsonObject {
  return {
    name,
    as: restrictive ? 'RESTRICTIVE' : 'PERMISSIVE',
    for: command.toUpperCase(),
    to: [...roles].sort(),
    ...(using === undefined ? {} : { using }),
    ...(check === undefined ? {} : { withCheck: check }),
  }
}

function viewV7(view: ViewFacts): JsonObject {
  const { name, schema, materialized, definition, columns, options, withoutData } = view
  return {
    columns: named(columns, column => ({
      name: column.name,
      // Of an array of an enum Drizzle does not say where that is.
      ...typeV7(column.type.array ? withoutEnum(column.type) : column.type),
      primaryKey: false,
      notNull: false,
    })),
    definition,
    name,
    schema,
    isExisting: false,
    ...(options.length === 0
      ? {}
      : {
          with: Object.fromEntries(options.map(([key, value]) => [camel(key), optionValue(value)])),
        }),
    ...(withoutData ? { withNoData: true } : {}),
    materialized,
  }
}

function withoutEnum({ enum: _, ...type }: DrizzleType): DrizzleType {
  return type
}

/** `security_invoker` as Drizzle writes it. */
export function camel(option: string): string {
  return option.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The value of an option, as JavaScript would say it. */
export function optionValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
