/**
 * What each change of a migration touches, by which drizzle-kit 1.0 tells whether two branches
 * conflict. A node says how a thing is touched: `s|` itself, `n|` its name, `e|` that it exists.
 */
import { isSame, type Json } from './drizzle-snapshot-merge.js'
import { keyOf, type Delta, type Row, type Rows } from './drizzle-snapshot-v9.js'

/** One change, as Drizzle keeps it. */
export interface Footprint {
  statementType: string
  statementTarget: string[]
  writes: string[]
  reads?: string[]
}

interface Words {
  /** In the types of statements, and in targets. */
  word: string
  node: string
  /** Kinds whose names it shares: a table is a relation and a type. */
  shares?: readonly string[]
  /** Whether `alter` makes it anew. */
  isRemade?: true
}

const kWords: Readonly<Record<string, Words>> = {
  schemas: { word: 'schema', node: 'sch' },
  tables: { word: 'table', node: 'tbl', shares: ['rel', 'type'] },
  enums: { word: 'enum', node: 'enum', shares: ['type'] },
  columns: { word: 'column', node: 'col' },
  indexes: { word: 'index', node: 'idx', shares: ['rel'], isRemade: true },
  fks: { word: 'fk', node: 'fk', isRemade: true },
  pks: { word: 'pk', node: 'pk', shares: ['rel'] },
  uniques: { word: 'unique', node: 'uq', shares: ['rel'] },
  checks: { word: 'check', node: 'ck' },
  sequences: { word: 'sequence', node: 'seq', shares: ['rel'] },
  roles: { word: 'role', node: 'role' },
  policies: { word: 'policy', node: 'pol' },
  views: { word: 'view', node: 'view', shares: ['rel', 'type'] },
}

const kConstraints = ['pks', 'fks', 'uniques', 'checks']
/** What comes and goes with its table, and is added where that is there. */
const kWithin = ['columns', 'pks', 'uniques', 'checks']

/** The footprints of changes to rows; `before` are those that were there. */
export function footprintsOf(before: Rows, deltas: readonly Delta[]): Footprint[] {
  const found = deltas.flatMap(delta => {
    const row = delta.op === 'create' ? delta.row : before.get(delta.key)
    return row === undefined ? [] : [{ delta, row }]
  })
  const tables = new Map<string, Row[]>()
  for (const { delta, row } of found) {
    const isWhole = delta.op === 'create' || delta.op === 'drop'
    if (row.entityType === 'tables' && isWhole) tables.set(tableOf(row, 'name'), [])
  }
  const own = found.filter(({ row }) => {
    const table = kWithin.includes(row.entityType) ? tables.get(tableOf(row, 'table')) : undefined
    table?.push(row)
    return table === undefined
  })
  return own.map(({ delta, row }) =>
    footprintOf(row, delta, tables.get(tableOf(row, 'name')) ?? []),
  )
}

function footprintOf(row: Row, delta: Delta, parts: readonly Row[]): Footprint {
  const { entityType: type } = row
  const { word, node, isRemade } = kWords[type] ?? { word: type, node: type }
  const isTable = type === 'tables'
  const isAltered = delta.op === 'alter' || delta.op === 'rename'
  const made = isRemade === true ? 'recreate' : 'alter'
  const verb = isAltered
    ? made
    : delta.op === 'drop'
      ? 'drop'
      : kWithin.includes(type)
        ? 'add'
        : 'create'
  const writes =
    isAltered && isRemade !== true
      ? alteredNodes(row, node, delta.set)
      : [...createdNodes(row, node), ...(isTable ? parts.flatMap(relationNodes) : [])]
  const reads = [...readsOf(row), ...(isTable && !isAltered ? parts.flatMap(enumNodes) : [])]
  return {
    statementType: isAltered && isTable ? 'alter_rls' : `${verb}_${word}`,
    statementTarget: targetOf(row, word),
    writes,
    ...(reads.length === 0 ? {} : { reads }),
  }
}

/** Of a table's constraints and policies the target is the table. */
function targetOf(row: Row, word: string): string[] {
  const isOwn = row['table'] === undefined || ['columns', 'indexes'].includes(row.entityType)
  return isOwn ? [word, ...pathOf(row)] : ['table', ...pathOf(row).slice(0, 2)]
}

function alteredNodes(row: Row, node: string, set: Readonly<Record<string, Json>>): string[] {
  const path = pathOf(row)
  if (row.entityType === 'tables') return [`s|rls|${path.join('.')}`]
  if (row.entityType !== 'columns') return [`s|${node}|${nodePath(row).join('.')}`]
  const changed = Object.keys(set).filter(key => !isSame(row[key], set[key]))
  const properties = new Set(
    changed.map(key => (['typeSchema', 'dimensions'].includes(key) ? 'type' : key)),
  )
  // A default has to fit its type.
  if (properties.has('type') || properties.has('generated')) properties.add('default')
  if (properties.has('identity')) properties.add('default').add('notNull')
  return [...properties].map(property => `s|colprop|${[...path, property].join('.')}`)
}

function createdNodes(row: Row, node: string): string[] {
  const path = nodePath(row).join('.')
  const isConstraint = kConstraints.includes(row.entityType)
  return [
    ...['s', 'n', 'e'].map(how => `${how}|${node}|${path}`),
    ...(isConstraint ? [`n|con|${pathOf(row).join('.')}`] : []),
    ...sharedNodes(row),
  ]
}

function sharedNodes(row: Row): string[] {
  const { schema, name } = row
  return (kWords[row.entityType]?.shares ?? []).map(kind => `n|${kind}|${schema}.${name}`)
}

/** Keys have indexes, whose names are those of relations. */
function relationNodes(row: Row): string[] {
  return ['pks', 'uniques'].includes(row.entityType) ? sharedNodes(row) : []
}

function enumNodes(row: Row): string[] {
  const { entityType, typeSchema, type } = row
  const isEnum = entityType === 'columns' && typeof typeSchema === 'string'
  return isEnum ? [`n|enum|${typeSchema}.${type}`] : []
}

function readsOf(row: Row): string[] {
  const { entityType: type, schema, table } = row
  if (schema === undefined) return []
  const listed = Array.isArray(row['columns']) ? row['columns'] : []
  const columns = listed.flatMap(column => {
    if (typeof column === 'string') return [column]
    const part = column as { value: string; isExpression: boolean }
    return part.isExpression ? [] : [part.value]
  })
  const { schemaTo, tableTo } = row
  return [
    ...(table === undefined ? [] : [`n|tbl|${schema}.${table}`]),
    `n|sch|${schema}`,
    ...columns.map(column => `n|col|${schema}.${table}.${column}`),
    ...enumNodes(row),
    ...(type === 'fks' ? referenceNodes(String(schemaTo), String(tableTo), row['columnsTo']) : []),
    ...(type === 'policies' ? [`e|rls|${schema}.${table}`, ...roleNodes(row['roles'])] : []),
  ]
}

function referenceNodes(schema: string, table: string, columns: Json | undefined): string[] {
  const names = Array.isArray(columns) ? columns.map(String) : []
  return [
    `n|tbl|${schema}.${table}`,
    `n|sch|${schema}`,
    ...names.map(column => `n|col|${schema}.${table}.${column}`),
    // A foreign key needs its target to be unique, whichever key or index says so.
    `e|uniqueness|${[schema, table, ...[...names].sort()].join('.')}`,
  ]
}

function roleNodes(roles: Json | undefined): string[] {
  const names = Array.isArray(roles) ? roles.map(String) : []
  const words = ['public', 'current_role', 'current_user', 'session_user']
  return names.filter(name => !words.includes(name)).map(name => `n|role|${name}`)
}

/** What a row is called by, from its schema down. */
function pathOf({ schema, table, name }: Row): string[] {
  return [schema, table, name].filter(part => part !== undefined).map(String)
}

/** The same within a node: an index is the schema's, a primary key is its table's only one. */
function nodePath(row: Row): string[] {
  const { schema, table, name } = row
  if (row.entityType === 'indexes') return [String(schema), String(name)]
  return row.entityType === 'pks' ? [String(schema), String(table)] : pathOf(row)
}

function tableOf(row: Row, key: 'name' | 'table'): string {
  return keyOf({ entityType: 'tables', schema: row['schema'] ?? '', name: row[key] ?? '' })
}
