/** Adds random schemas, types, sequences, functions, views and the like to a structured schema. */
import { addIndex, grants } from './add-table.mjs'
import { columnsOf, ordinary } from './model.mjs'
import { baseNames, family } from './types.mjs'

const SHAPES = [[6, 'plain'], [1, 'with'], [1, 'union'], [1, 'window'], [1, 'exists']]
const SCALARS = ['integer', 'bigint', 'text', 'character varying(20)', 'numeric(10,2)']

export function addSchema(g) {
  const added = { kind: 'schema', id: g.id(), name: g.names.take(), comment: g.comment() }
  added.grants = g.random.chance(0.4) ? grants(g, ['usage', 'create']) : []
  g.schema.schemas.push(added)
}

/** What every object in a schema begins with. */
export function named(g, kind) {
  return {
    kind, id: g.id(), schema: g.random.pick(g.schema.schemas).name, name: g.names.take(),
    comment: g.comment(),
  }
}

export function addEnum(g) {
  const labels = Array.from({ length: g.random.between(2, 5) }, () => g.names.take())
  g.schema.enums.push({ ...named(g, 'enum'), labels, grants: typeGrants(g) })
}

export function addDomain(g) {
  const { random, schema } = g
  const base = partType(g, [schema.enums, schema.domains], 0.3)
  const added = {
    ...named(g, 'domain'), base, notNull: random.chance(0.15), hasDefault: random.chance(0.3),
    checks: [], grants: typeGrants(g),
  }
  if (random.chance(0.7)) added.checks.push(domainCheck(g))
  schema.domains.push(added)
}

/** A plain type, or now and then one of those that are there. */
function partType({ random }, lists, share) {
  const found = random.chance(share) && random.pick(lists.flat())
  return found ? { ref: found.id } : { base: random.pick(SCALARS) }
}

export function domainCheck(g) {
  return { name: g.names.take(), variant: g.random.int(12), comment: g.comment() }
}

export function addComposite(g) {
  const attributes = Array.from({ length: g.random.between(2, 3) }, () => attribute(g))
  g.schema.composites.push({ ...named(g, 'composite'), attributes, grants: [] })
}

/** An attribute of a composite type. */
export function attribute(g) {
  const { enums, domains } = g.schema
  return { name: g.names.take(), type: partType(g, [enums, domains], 0.3), comment: g.comment() }
}

export function addRange(g) {
  const subtype = g.random.pick(['integer', 'numeric', 'timestamp with time zone', 'text'])
  g.schema.ranges.push({ ...named(g, 'range'), subtype, grants: [] })
}

const typeGrants = g => (g.random.chance(0.15) ? grants(g, ['usage']) : [])

export function addSequence(g) {
  const { random, schema } = g
  const table = random.pick(ordinary(schema))
  const isOwned = table !== undefined && random.chance(0.35)
  const owner = isOwned ? { table: table.id, column: random.pick(table.columns)?.id } : null
  const added = { ...named(g, 'sequence'), ...sequenceOptions(g), owner }
  // A sequence must lie in the schema of the table that owns it.
  if (isOwned) added.schema = table.schema
  added.grants = random.chance(0.3) ? grants(g, ['usage', 'select', 'update']) : []
  schema.sequences.push(added)
}

/** Options of a sequence or an identity column; rows number from 1, so 1 is within them. */
export function sequenceOptions(g) {
  const { random } = g
  return {
    as: random.pick(['bigint', 'integer', 'smallint']),
    increment: random.pick([1, 1, 2, 10]),
    min: random.pick([1, 1, 0, -5]),
    max: random.pick([null, null, 1000, 30000]),
    start: random.pick([1, 1, 7, 100]),
    cache: random.pick([1, 1, 20]),
    cycle: random.chance(0.2),
  }
}

export function addFunction(g, role = functionRole(g)) {
  const { random, schema } = g
  const added = {
    ...named(g, 'function'), role, argument: g.names.take(), plus: random.between(1, 9),
    language: random.pick(['sql', 'plpgsql']), returns: random.pick(['integer', 'bigint']),
    fallback: random.chance(0.2) ? random.int(9) : null,
    strict: random.chance(0.3), parallel: random.chance(0.3), definer: random.chance(0.2),
    cost: random.pick([null, null, 10]), setting: random.chance(0.15),
    revoked: random.chance(0.2), grants: random.chance(0.3) ? grants(g, ['execute']) : [],
  }
  if (role === 'label') added.type = random.pick(schema.enums).id
  if (role === 'overload') overload(g, added)
  if (role === 'aggregate') added.initial = random.int(5)
  if (role === 'rows') {
    const table = random.pick(ordinary(schema))
    Object.assign(added, { table: table.id, column: random.pick(table.columns).id })
    added.style = random.pick(['text', 'atomic', 'plpgsql', 'table', 'setof'])
  }
  if (role === 'procedure') added.output = random.chance(0.3)
  schema.functions.push(added)
}

/** Another function of the same name, with another argument. */
function overload(g, added) {
  const like = g.random.pick(g.schema.functions.filter(({ role }) => role === 'value'))
  Object.assign(added, { schema: like.schema, name: like.name })
  const taken = g.schema.functions.filter(fn => fn.role === 'overload' && fn.name === like.name)
  const free = ['text', 'uuid', 'numeric', 'date'].filter(type =>
    !taken.some(fn => fn.takes === type))
  added.takes = g.random.pick(free) ?? `character varying(${taken.length})[]`
}

function functionRole(g) {
  const { schema, random } = g
  const has = role => schema.functions.some(fn => fn.role === role)
  return random.weighted([
    [4, 'value'], [3, 'trigger'], [2, 'procedure'], [2, 'aggregate'],
    [has('value') ? 2 : 0, 'overload'],
    [schema.enums.length > 0 ? 2 : 0, 'label'],
    [ordinary(schema).some(table => table.columns.length > 0) ? 4 : 0, 'rows'],
  ])
}

export function addView(g) {
  const { random, schema } = g
  const first = random.pick([...ordinary(schema), ...schema.views])
  if (first === undefined) return
  const sources = [first.id]
  if (random.chance(0.35)) {
    const second = random.pick([...ordinary(schema), ...schema.views])
    if (second.id !== first.id) sources.push(second.id)
  }
  const view = {
    ...named(g, 'view'), materialized: random.chance(0.3), sources, columns: [], condition: null,
    shape: random.weighted(SHAPES), triggers: [], grouped: false,
    barrier: random.chance(0.15), invoker: g.version >= 15 && random.chance(0.15),
    check: random.chance(0.2), empty: random.chance(0.2), fillfactor: random.chance(0.2),
    byKey: random.chance(0.5), indexes: [],
    grants: random.chance(0.35) ? grants(g, ['select', 'insert']) : [],
  }
  for (const source of sources) addOutputs(g, view, source)
  if (view.columns.length === 0) return
  if (random.chance(0.5)) view.condition = condition(g, view)
  if (sources.length === 1 && random.chance(0.2)) {
    view.grouped = true
    view.columns.push({ id: g.id(), name: g.names.take(), style: 'count', comment: null })
  }
  schema.views.push(view)
  if (view.materialized && random.chance(0.6)) addIndex(g, view)
  if (random.chance(0.2)) addInstead(g, view)
}

/** A trigger in place of what is done to a view. */
export function addInstead(g, view) {
  const fn = g.random.pick(g.schema.functions.filter(({ role }) => role === 'trigger'))
  if (fn === undefined) return
  const event = g.random.pick(['insert', 'update', 'delete'])
  view.triggers.push({ id: g.id(), name: g.names.take(), comment: g.comment(), fn: fn.id, event })
}

/** What filters a view: a column of one of its sources. */
export function condition(g, view) {
  const source = g.random.pick(view.sources)
  const column = g.random.pick(columnsOf(g.schema, g.relation(source)))
  return column ? { source, column: column.id, variant: g.random.int(12) } : null
}

/** Some columns of a source, as they are or by way of an expression. */
export function addOutputs(g, view, source, count = g.random.between(1, 4)) {
  const { random, schema } = g
  for (const column of random.some(columnsOf(schema, g.relation(source)), count)) {
    const fn = random.pick(schema.functions.filter(({ role }) => role === 'value'))?.id
    const style = random.weighted([[6, 'plain'], [2, 'derived'], [fn ? 2 : 0, 'function']])
    const isFree = style === 'plain' && !view.columns.some(({ name }) => name === column.name)
    view.columns.push({
      id: g.id(), name: isFree ? column.name : g.names.take(), style, source, column: column.id, fn,
      comment: g.comment(), grants: random.chance(0.06) ? grants(g, ['select']) : [],
    })
  }
}

export function addStatistics(g) {
  const { random, schema } = g
  const table = random.pick(ordinary(schema))
  if (table === undefined) return
  const columns = random.some(table.columns.filter(c => g.isSortable(c.type)), 3).map(c => c.id)
  if (columns.length < 2) return
  const kinds = random.some(['ndistinct', 'dependencies', 'mcv'], random.between(1, 3))
  schema.statistics.push({
    ...named(g, 'statistics'), table: table.id, columns, kinds: kinds.sort(),
    expression: random.chance(0.3), target: random.pick([null, null, 50]),
  })
}

export function addPublication(g) {
  const { random, schema } = g
  const tables = random.some(ordinary(schema), random.between(1, 3)).map(table => ({
    table: table.id,
    columns: random.chance(0.3) ? random.some(table.columns, 2).map(({ id }) => id) : null,
    filter: random.chance(0.3) ? random.pick(table.columns)?.id ?? null : null,
  }))
  schema.publications.push({
    kind: 'publication', id: g.id(), name: g.names.take(), comment: g.comment(), tables,
    all: random.chance(0.1), operations: random.pick(['insert', 'insert', 'insert, delete']),
    root: random.chance(0.2),
  })
}

export function addDefaultPrivileges(g) {
  const { random, schema } = g
  const [objects, privilege] = random.pick([
    ['tables', 'select'], ['tables', 'insert'], ['sequences', 'usage'], ['functions', 'execute'],
    ['types', 'usage'],
  ])
  const role = random.pick(['app_reader', 'app_writer'])
  const where = random.chance(0.6) ? random.pick(schema.schemas).id : null
  schema.defaultPrivileges.push({ id: g.id(), objects, privilege, role, schema: where })
}

/** A type for a new column. */
export function columnType(g) {
  const { random, schema } = g
  const kinds = [
    [60, null], [schema.enums.length * 5, schema.enums],
    [schema.domains.length * 4, schema.domains],
    [schema.composites.length * 3, schema.composites], [schema.ranges.length * 3, schema.ranges],
  ]
  const list = random.weighted(kinds)
  const type = list ? { ref: random.pick(list).id } : { base: random.weighted(baseNames) }
  const canBeArray = list === null ? family(schema, type) !== 'range' : list !== schema.ranges
  if (canBeArray && random.chance(0.08)) type.array = true
  return type
}
