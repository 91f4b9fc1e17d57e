/** Adds random tables and what belongs to them: columns, constraints, indexes, triggers. */
import { columnType, named, sequenceOptions } from './add.mjs'
import { columnsOf, ordinary } from './model.mjs'
import { family, isKey } from './types.mjs'

const ROLES = ['app_reader', 'app_writer']

/** Grants of some of these privileges to our roles. */
export function grants(g, privileges) {
  return g.random.some(ROLES, g.random.between(1, 2)).map(role => ({
    role,
    privileges: g.random.some(privileges, g.random.between(1, privileges.length)).sort(),
    option: g.random.chance(0.15),
  }))
}

export function addTable(g) {
  const { random, schema } = g
  const table = {
    ...named(g, 'table'), columns: [], primary: null, uniques: [], checks: [], excludes: [],
    foreign: [], indexes: [], triggers: [], rules: [], policies: [], inherits: [], parts: null,
    rls: random.weighted([[6, 'none'], [2, 'enabled'], [1, 'forced']]),
    unlogged: random.chance(0.08), fillfactor: random.pick([null, null, null, 70, 90]),
    autovacuum: random.chance(0.1), identityIndex: random.chance(0.07),
    grants: random.chance(0.5) ? grants(g, ['select', 'insert', 'update', 'delete']) : [],
  }
  if (random.chance(0.12)) inherit(g, table)
  addKey(g, table)
  for (let n = random.between(1, 6); n > 0; n--) addColumn(g, table)
  if (table.inherits.length === 0 && random.chance(0.2)) partition(g, table)
  schema.tables.push(table)
  for (let n = random.int(3); n > 0; n--) addIndex(g, table)
  for (let n = random.int(4); n > 0; n--) addConstraint(g, table)
  if (random.chance(0.3)) addTrigger(g, table)
  if (random.chance(0.12)) addRule(g, table)
  if (table.rls !== 'none') addPolicy(g, table)
}

function inherit(g, table) {
  const parents = ordinary(g.schema).filter(t => t.parts === null && t.inherits.length === 0)
  const parent = g.random.pick(parents)
  if (parent === undefined) return
  table.inherits.push(parent.id)
  table.unlogged = parent.unlogged
}

/** The first column, usually the primary key. */
function addKey(g, table) {
  const { random } = g
  const base = random.weighted([[5, 'integer'], [5, 'bigint'], [2, 'uuid'], [1, 'text']])
  const column = newColumn(g, { base })
  column.notNull = true
  column.default = null
  if (base === 'integer' || base === 'bigint') {
    column.source = random.weighted([[3, 'serial'], [3, 'identity'], [2, 'plain']])
    column.identity = identity(g, base)
  }
  table.columns.push(column)
  if (random.chance(0.85)) table.primary = { ...constraint(g), columns: [column.id] }
}

/** Options of an identity column; the sequence's type is the column's. */
export function identity(g, base) {
  const options = sequenceOptions(g)
  return { ...options, as: base, always: g.random.chance(0.5), plain: g.random.chance(0.5) }
}

/** A constraint of any kind begins with this. */
export const constraint = g => ({ id: g.id(), name: g.names.take(), comment: g.comment() })

export function addColumn(g, table) {
  const { random } = g
  const column = newColumn(g, columnType(g))
  const sources = table.columns.filter(c => c.generated === null)
  if (sources.length > 0 && random.chance(0.08)) generate(g, table, column)
  else if (random.chance(0.35)) column.default = newDefault(g, column)
  if (random.chance(0.12)) column.grants = grants(g, ['select', 'insert', 'update'])
  table.columns.push(column)
}

function newColumn(g, type) {
  const { random, schema } = g
  const kind = family(schema, type)
  return {
    id: g.id(), name: g.names.take(), type, notNull: random.chance(0.4), default: null,
    source: 'plain', identity: null, generated: null, comment: g.comment(), grants: [],
    collation: kind === 'text' && random.chance(0.12) ? random.pick(['C', 'POSIX']) : null,
    storage: kind === 'text' && random.chance(0.1) ? random.pick(['MAIN', 'EXTERNAL']) : null,
    compression: kind === 'text' && random.chance(0.06) ? 'pglz' : null,
    target: random.chance(0.06) ? random.pick([0, 50, 200]) : null,
  }
}

/** Turns a column into a generated one over another. */
export function generate(g, table, column) {
  const sources = table.columns.filter(c => c.generated === null && c.id !== column.id)
  const fn = g.random.pick(g.schema.functions.filter(({ role }) => role === 'value'))?.id
  const source = g.random.pick(sources)
  column.generated = { column: source.id, fn: g.random.chance(0.3) ? fn : undefined }
  column.collation = null
  column.default = null
}

export function newDefault(g, column) {
  const { random, schema } = g
  const fns = schema.functions.filter(({ role }) => role === 'value')
  const free = schema.sequences.filter(({ owner, max }) => owner === null && max === null)
  const kind = family(schema, column.type)
  const choices = [
    [5, { kind: 'literal', row: 1 }], [3, { kind: 'literal', row: 2 }],
    [kind === 'timestamptz' || kind === 'date' ? 8 : 0, { kind: 'now' }],
    [kind === 'uuid' ? 6 : 0, { kind: 'uuid' }],
    [kind === 'number' && fns.length ? 4 : 0, { kind: 'function', fn: random.pick(fns)?.id }],
    [kind === 'number' && free.length ? 3 : 0,
      { kind: 'nextval', sequence: random.pick(free)?.id }],
  ]
  return random.weighted(choices)
}

/** The columns that a key may be made of: rows differ in each. */
export function keyColumns(g, table) {
  return table.columns.filter(c => c.generated === null && isKey(g.schema, c.type))
}

export function addConstraint(g, table) {
  const kind = g.random.weighted([
    [4, addCheck], [3, addUnique], [5, addForeign], [table.parts ? 0 : 2, addExclude],
  ])
  return kind(g, table)
}

export function addCheck(g, table) {
  const { random, schema } = g
  const columns = random.some(columnsOf(schema, table), random.between(1, 2)).map(({ id }) => id)
  const fn = random.pick(schema.functions.filter(({ role }) => role === 'value'))?.id
  table.checks.push({
    ...constraint(g), columns, variant: random.int(12), fn: random.chance(0.2) ? fn : undefined,
    noInherit: table.parts === null && random.chance(0.08), notValid: random.chance(0.08),
  })
}

export function addUnique(g, table) {
  const { random } = g
  const columns = random.some(keyColumns(g, table), random.between(1, 2)).map(({ id }) => id)
  if (columns.length === 0) return
  const isDeferrable = random.chance(0.15)
  table.uniques.push({
    ...constraint(g), columns, deferrable: isDeferrable,
    include: random.chance(0.15) ? random.pick(table.columns).id : null,
    nullsNotDistinct: g.version >= 15 && random.chance(0.25),
  })
}

export function addExclude(g, table) {
  const ranges = table.columns.filter(c =>
    c.generated === null && family(g.schema, c.type) === 'range')
  const column = g.random.pick(ranges)
  if (column === undefined) return
  table.excludes.push({
    ...constraint(g), column: column.id, deferrable: g.random.chance(0.3),
    partial: g.random.chance(0.3),
  })
}

const ACTIONS = ['no action', 'no action', 'cascade', 'set null', 'restrict', 'set default']

/** A foreign key over columns that are made for it, so that types and rows agree. */
export function addForeign(g, table) {
  const { random, schema } = g
  const targets = ordinary(schema).flatMap(t => keysOf(t).map(key => ({ t, key })))
    .filter(({ t }) => !t.unlogged || table.unlogged)
  const found = random.pick(targets)
  if (found === undefined) return
  const columns = found.key.map(id => {
    const like = found.t.columns.find(column => column.id === id)
    const column = { ...newColumn(g, structuredClone(like.type)), collation: like.collation }
    table.columns.push(column)
    return column.id
  })
  table.foreign.push({ ...constraint(g), columns, table: found.t.id, target: found.key,
    ...foreignOptions(g) })
}

/** What a key over these columns may be referenced by: immediate keys without expressions. */
export function keysOf(table) {
  const primary = table.primary ? [table.primary.columns] : []
  return [...primary, ...table.uniques.filter(u => !u.deferrable).map(u => u.columns)]
}

export function foreignOptions(g) {
  const { random } = g
  return {
    onDelete: random.pick(ACTIONS), onUpdate: random.pick(['no action', 'no action', 'cascade']),
    deferrable: random.weighted([
      [6, null], [1, 'deferrable'], [2, 'deferrable initially deferred'],
    ]),
    some: g.version >= 15 && random.chance(0.5),
    full: random.chance(0.06), notValid: random.chance(0.08),
  }
}

export function addIndex(g, object) {
  const { random, schema } = g
  const all = columnsOf(schema, object)
  const method = random.weighted([[8, 'btree'], [2, 'hash'], [2, 'gin'], [1, 'brin'], [1, 'gist']])
  const usable = all.filter(({ type }) => g.suits(method, type))
  const fn = random.pick(schema.functions.filter(({ role }) => role === 'value'))?.id
  const width = method === 'btree' || method === 'brin' ? random.between(1, 2) : 1
  const parts = random.some(usable, width).map(column => ({
    column: column.id, derived: method === 'btree' && random.chance(0.25),
    fn: random.chance(0.5) ? fn : undefined,
    collation: method === 'btree' && family(schema, column.type) === 'text' && random.chance(0.1),
    descending: method === 'btree' && random.chance(0.25),
    nulls: method === 'btree' && random.chance(0.2),
    pattern: method === 'btree' && family(schema, column.type) === 'text' && random.chance(0.15),
  }))
  if (parts.length === 0) return
  const isUnique = method === 'btree' && parts.every(part =>
    !part.derived && isKey(schema, all.find(({ id }) => id === part.column).type))
  const rest = all.filter(({ id, type }) =>
    !parts.some(part => part.column === id) && g.isSortable(type))
  object.indexes.push({
    ...constraint(g), method, parts, unique: isUnique && random.chance(0.3),
    include: method === 'btree' && random.chance(0.15) ? random.pick(rest)?.id ?? null : null,
    where: random.chance(0.2) ? random.pick(all).id : null, variant: random.int(12),
    fillfactor: method === 'btree' && random.chance(0.12) ? 70 : null,
    nullsNotDistinct: g.version >= 15 && random.chance(0.2), clustered: random.chance(0.05),
  })
}

export function addTrigger(g, table) {
  const { random, schema } = g
  const fn = random.pick(schema.functions.filter(({ role }) => role === 'trigger'))
  if (fn === undefined) return
  const column = random.pick(table.columns.filter(c => c.generated === null))
  const isRow = random.chance(0.7)
  const isConstraint = isRow && random.chance(0.12)
  table.triggers.push({
    ...constraint(g), fn: fn.id, row: isRow, constraint: isConstraint,
    timing: isConstraint || random.chance(0.5) ? 'after' : 'before',
    events: random.some(['insert', 'update', 'delete'], random.between(1, 2)).sort(),
    of: random.chance(0.4) ? column?.id ?? null : null,
    when: isRow && random.chance(0.4) ? column?.id ?? null : null, variant: random.int(12),
    transition: random.chance(0.5),
    state: random.weighted([[8, 'origin'], [1, 'disabled'], [1, 'always'], [1, 'replica']]),
  })
}

export function addRule(g, table) {
  const column = g.random.pick(columnsOf(g.schema, table))
  if (column === undefined) return
  table.rules.push({
    ...constraint(g), event: g.random.pick(['update', 'delete']), column: column.id,
    variant: g.random.int(12), also: g.random.chance(0.5), disabled: g.random.chance(0.1),
  })
}

export function addPolicy(g, table) {
  const { random } = g
  const columns = random.some(columnsOf(g.schema, table), random.between(1, 2)).map(c => c.id)
  const fn = random.pick(g.schema.functions.filter(({ role }) => role === 'value'))?.id
  table.policies.push({
    ...constraint(g), columns, variant: random.int(12), fn: random.chance(0.3) ? fn : undefined,
    command: random.pick(['all', 'select', 'insert', 'update', 'delete']),
    restrictive: random.chance(0.2),
    roles: random.chance(0.5) ? random.some(ROLES, random.between(1, 2)) : [],
  })
}

/** Makes a table a partitioned one; rows 1 to 4 lie in the first partition of it. */
function partition(g, table) {
  const { random } = g
  const strategy = random.weighted([[4, 'range'], [3, 'list'], [2, 'hash']])
  const column = newColumn(g, { base: random.pick(['integer', 'bigint']) })
  column.notNull = true
  table.columns.push(column)
  table.unlogged = false
  table.fillfactor = null
  table.autovacuum = false
  table.identityIndex = false
  if (table.primary) table.primary.columns.push(column.id)
  table.parts = { strategy, column: column.id, modulus: 2, children: [] }
  if (strategy === 'hash') for (let n = 0; n < 2; n++) addPart(g, table)
  else for (let n = random.between(1, 3); n > 0; n--) addPart(g, table)
  if (strategy !== 'hash' && random.chance(0.4)) addPart(g, table, true)
}

export function addPart(g, table, isDefault = false) {
  const { children } = table.parts
  const used = children.map(({ slot }) => slot ?? -1)
  children.push({
    ...named(g, 'part'), slot: isDefault ? null : Math.max(-1, ...used) + 1, extent: 10,
    own: g.random.chance(0.4) ? partOwn(g) : [],
    grants: g.random.chance(0.2) ? grants(g, ['select']) : [],
  })
}

/** What a partition has of its own, besides what is its parent's. */
export function partOwn(g) {
  const kinds = ['check', 'index', 'default', 'options']
  return g.random.some(kinds, g.random.between(1, 2)).map(kind => ({
    kind, name: g.names.take(), pick: g.random.int(100),
  }))
}
