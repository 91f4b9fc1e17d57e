/** The snapshots of drizzle-kit 1.0: a flat list of rows, of which v9 keeps the changes. */
import { saidType, type DrizzleDefault } from './drizzle-snapshot-column.js'
import type {
  ColumnFacts,
  DrizzleFacts,
  SequenceFacts,
  TableFacts,
  ViewFacts,
} from './drizzle-snapshot-types.js'
import { isSame, type Json } from './drizzle-snapshot-merge.js'
import { camel, optionValue } from './drizzle-snapshot-v7.js'

/** A thing of the schema: a table, a column, a key. */
export type Row = Record<string, Json> & { entityType: string }

/** Rows by the keys under which Drizzle knows them. */
export type Rows = Map<string, Row>

/** A change of the rows. */
export type Delta =
  | { op: 'create'; row: Row }
  | { op: 'drop'; key: string }
  | { op: 'alter' | 'rename'; key: string; set: Record<string, Json> }

// What a row is known by, beside its type; the others by schema, table and name.
const kGlobal = ['schemas', 'roles']
const kInSchema = ['tables', 'enums', 'sequences', 'views', 'indexes']

/** The key under which Drizzle knows a row. */
export function keyOf(row: Row): string {
  const { entityType: type, schema = null, table = null, name = null } = row
  const path = kGlobal.includes(type)
    ? [name]
    : kInSchema.includes(type)
      ? [schema, name]
      : type === 'privileges'
        ? [schema, table, row['grantor'] ?? null, row['grantee'] ?? null, row['type'] ?? null]
        : [schema, table, name]
  return `${type}\0${JSON.stringify(path)}`
}

/** The rows of a list, by their keys. */
export function byKey(rows: readonly Row[]): Rows {
  return new Map(rows.map(row => [keyOf(row), row]))
}

/** A schema as rows, in the order in which Drizzle lists them. */
export function rowsOf(facts: DrizzleFacts): Row[] {
  const { schemas, tables, enums, sequences, roles, views } = facts
  const parts = tables.map(partsOf)
  const all = (type: string): Row[] => parts.flatMap(rows => rows.get(type) ?? [])
  return [
    ...schemas.map((name): Row => ({ name, entityType: 'schemas' })),
    ...tables.map(({ schema, name, rowSecurity }): Row => ({
      schema,
      name,
      isRlsEnabled: rowSecurity,
      entityType: 'tables',
    })),
    ...enums.map(({ schema, name, values }): Row => ({
      schema,
      name,
      values,
      entityType: 'enums',
    })),
    ...['columns', 'indexes', 'fks', 'pks', 'uniques', 'checks'].flatMap(all),
    ...sequences.map((each): Row => ({
      schema: each.schema,
      name: each.name,
      incrementBy: each.increment,
      minValue: each.min,
      maxValue: each.max,
      startWith: each.start,
      cacheSize: Number(each.cache),
      cycle: each.cycle,
      entityType: 'sequences',
    })),
    ...roles.map(({ name, createDatabase, createRole, inherit }): Row => ({
      name,
      superuser: false,
      createDb: createDatabase,
      createRole,
      inherit,
      canLogin: false,
      replication: false,
      bypassRls: false,
      connLimit: -1,
      password: null,
      validUntil: null,
      entityType: 'roles',
    })),
    ...all('policies'),
    ...views.map(viewRow),
  ]
}

function partsOf(table: TableFacts): Map<string, Row[]> {
  const { schema, name: of } = table
  const row = (entityType: string, name: string, more: Record<string, Json>): Row => ({
    schema,
    table: of,
    name,
    ...more,
    entityType,
  })
  const [single] = table.columns.filter(({ primary }) => primary)
  const key = single === undefined ? undefined : { name: `${of}_pkey`, columns: [single.name] }
  const keys = [table.primaryKey ?? key].filter(each => each !== undefined)
  return new Map([
    ['columns', table.columns.map(column => row('columns', column.name, columnFields(column)))],
    ['indexes', table.indexes.map(index => row('indexes', index.name, indexFields(index)))],
    [
      'fks',
      table.foreignKeys.map(each =>
        row('fks', each.name, {
          nameExplicit: true,
          columns: each.columns,
          schemaTo: each.schemaTo,
          tableTo: each.tableTo,
          columnsTo: each.columnsTo,
          onUpdate: each.onUpdate.toUpperCase(),
          onDelete: each.onDelete.toUpperCase(),
        }),
      ),
    ],
    [
      'pks',
      keys.map(({ name, columns }) =>
        row('pks', name, { columns, nameExplicit: single === undefined }),
      ),
    ],
    [
      'uniques',
      table.uniques.map(({ name, columns, nullsNotDistinct }) =>
        row('uniques', name, { nameExplicit: true, columns, nullsNotDistinct }),
      ),
    ],
    ['checks', table.checks.map(({ name, value }) => row('checks', name, { value }))],
    [
      'policies',
      table.policies.map(each =>
        row('policies', each.name, {
          as: each.restrictive ? 'RESTRICTIVE' : 'PERMISSIVE',
          for: each.command.toUpperCase(),
          roles: [...each.roles].sort(),
          using: each.using ?? null,
          withCheck: each.check ?? null,
        }),
      ),
    ],
  ])
}

function columnFields({ type, notNull, generated, identity, ...column }: ColumnFacts): Row {
  return {
    type: saidType(type, '1.0'),
    typeSchema: type.enum?.schema ?? null,
    notNull,
    dimensions: type.dimensions === undefined ? Number(type.array) : type.dimensions.length / 2,
    default: column.default === undefined ? null : defaultText(column.default),
    generated: generated === undefined ? null : { as: generated, type: 'stored' },
    identity: identity === undefined ? null : identityFields(identity),
    entityType: 'columns',
  }
}

function identityFields(identity: SequenceFacts & { always: boolean }): Json {
  return {
    type: identity.always ? 'always' : 'byDefault',
    name: identity.name,
    increment: identity.increment,
    startWith: identity.start,
    minValue: identity.min,
    maxValue: identity.max,
    cache: Number(identity.cache),
    cycle: identity.cycle,
  }
}

function defaultText(value: DrizzleDefault): string {
  switch (value.kind) {
    case 'text':
      // Drizzle doubles backslashes here, though they mean nothing in such a literal.
      return `'${value.value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    case 'value':
      return String(value.value)
    case 'json':
      return `'${JSON.stringify(value.value)}'`
    case 'now':
      return 'now()'
    case 'random':
      return 'gen_random_uuid()'
    case 'sql':
      // The cast of a literal is left out, since the column has the type.
      return /^('(?:[^']|'')*')::[\w. "()[\],]+$/.exec(value.text)?.[1] ?? value.text
  }
}

function indexFields(index: TableFacts['indexes'][number]): Record<string, Json> {
  return {
    nameExplicit: true,
    columns: index.parts.map(part => ({
      value: part.value,
      isExpression: part.isExpression,
      asc: part.isAscending,
      nullsFirst: part.nullsFirst,
      opclass:
        part.operatorClass === undefined ? null : { name: part.operatorClass, default: false },
    })),
    isUnique: index.unique,
    where: index.where ?? null,
    with: index.options.map(([key, value]) => `${key}=${value}`).join(','),
    method: index.method,
    concurrently: false,
  }
}

/** The options of a view, of which each row has all. */
const kViewOptions = [
  'check_option',
  'security_barrier',
  'security_invoker',
  'autovacuum_enabled',
  'autovacuum_freeze_max_age',
  'autovacuum_freeze_min_age',
  'autovacuum_freeze_table_age',
  'autovacuum_multixact_freeze_max_age',
  'autovacuum_multixact_freeze_min_age',
  'autovacuum_multixact_freeze_table_age',
  'autovacuum_vacuum_cost_delay',
  'autovacuum_vacuum_cost_limit',
  'autovacuum_vacuum_scale_factor',
  'autovacuum_vacuum_threshold',
  'fillfactor',
  'log_autovacuum_min_duration',
  'parallel_workers',
  'toast_tuple_target',
  'user_catalog_table',
  'vacuum_index_cleanup',
  'vacuum_truncate',
]

function viewRow({ schema, name, definition, options, ...view }: ViewFacts): Row {
  const given = new Map(options)
  const all = kViewOptions.map((option): [string, Json] => {
    const value = given.get(option)
    return [camel(option), value === undefined ? null : optionValue(value)]
  })
  return {
    schema,
    name,
    definition,
    with: options.length === 0 ? null : Object.fromEntries(all),
    withNoData: view.withoutData ? true : null,
    using: null,
    tablespace: null,
    materialized: view.materialized,
    entityType: 'views',
  }
}

/** The changes that make the one state of the other. */
export function deltasBetween(from: Rows, to: Rows): Delta[] {
  const deltas: Delta[] = []
  for (const key of from.keys()) if (!to.has(key)) deltas.push({ op: 'drop', key })
  for (const [key, row] of to) {
    const was = from.get(key)
    if (was === undefined) deltas.push({ op: 'create', row })
    else {
      const set = Object.entries(row).filter(([field, value]) => !isSame(was[field], value))
      if (set.length > 0) deltas.push({ op: 'alter', key, set: Object.fromEntries(set) })
    }
  }
  return deltas
}

/** Applies changes to rows. */
export function applyDeltas(rows: Rows, deltas: readonly Delta[]): void {
  for (const delta of deltas) {
    if (delta.op === 'create') rows.set(keyOf(delta.row), delta.row)
    else if (delta.op === 'drop') rows.delete(delta.key)
    else {
      const row = rows.get(delta.key)
      if (row === undefined) continue
      const changed = { ...row, ...delta.set } as Row
      rows.delete(delta.key)
      rows.set(keyOf(changed), changed)
    }
  }
}
