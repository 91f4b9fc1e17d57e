/**
 * Rows for the tables of `from`, as SQL, such that `to` can be reached with them: a table stays
 * empty where a mutation asks for what no row could satisfy, a NOT NULL column without a default
 * for one. The value of row i is the same in all columns of a type, so foreign keys hold.
 */
import { literalText, quote } from './names.mjs'
import { columnOf, columnsOf, isHeir, nameOf, relation } from './model.mjs'
import { family, fits, isKey, literal, target } from './types.mjs'

/** The script that fills the tables of `from`. */
export function rows(from, to, random) {
  const count = random.between(2, 4)
  const empty = emptyTables(from, to)
  const out = []
  for (const table of from.tables) {
    if (!empty.has(table.id)) out.push(...insert(from, to, table, count, random, empty))
  }
  if (out.length === 0) return ''
  // Foreign keys and triggers are not asked: keys may be cyclic, and the rows satisfy them.
  return ['set session_replication_role = replica', ...out, 'set session_replication_role = origin']
    .map(sql => `${sql};\n`).join('')
}

const sameTable = (schema, { schema: place, name }) =>
  schema.tables.find(table => table.schema === place && table.name === name)

function sameColumn(schema, table, { name }) {
  return table && columnsOf(schema, table).find(column => column.name === name)
}

/** The ids (of `from`) of the tables without rows, since `to` could not be reached with any. */
function emptyTables(from, to) {
  const empty = new Set(from.tables.filter(table => isHard(from, to, table)).map(({ id }) => id))
  let size
  do {
    size = empty.size
    for (const table of from.tables) {
      if (!empty.has(table.id) && leansOnEmpty(from, to, table, empty)) empty.add(table.id)
    }
  } while (empty.size > size)
  return empty
}

function isHard(from, to, table) {
  if (table.parts && !canHold(table.parts)) return true
  const isComputed = id => columnOf(from, table, id)?.column.generated
  if (keysOver(from, table).some(ids => ids.every(isComputed))) return true
  const wanted = sameTable(to, table)
  if (partsMove(from, to, table)) return true
  if (wanted === undefined) return becomesPart(from, to, table)
  if (table.parts && wanted.parts && leavesDefault(table.parts, wanted.parts)) return true
  if (JSON.stringify(table.inherits) !== JSON.stringify(wanted.inherits)) return true
  if (losesReferenced(to, table, wanted)) return true
  if (to.views.some(view => isRepeatedBy(to, view, wanted))) return true
  const olds = columnsOf(from, table)
  for (const old of olds) {
    const column = sameColumn(to, wanted, old)
    if (column === undefined || column.column.generated) continue
    // What was computed stays as it is: it may be of another type, null, or there twice.
    const isSame = JSON.stringify(old.type) === JSON.stringify(column.type)
    const keys = [...keysOver(to, wanted), ...wanted.foreign.map(({ columns }) => columns)]
    const isAsked = column.column.notNull || keys.flat().includes(column.id)
    if (old.column.generated && (!isSame || isAsked)) return true
    if (old.column.generated) continue
    if (!fits(from, old.type, to, column.type)) return true
    if (!labelOf(from, old.type, to, column.type)) return true
  }
  const added = columnsOf(to, wanted).filter(column => !sameColumn(from, table, column))
  if (added.some(column => needsValue(to, column))) return true
  if (isHeir(to, wanted) && added.some(({ column }) => column.source === 'identity')) return true
  const isAlike = id => {
    const old = sameColumn(from, table, columnOf(to, wanted, id))
    return isConstant(to, wanted, added, id) || (old !== undefined && isRepeated(from, old))
  }
  return keysOver(to, wanted).some(ids => ids.every(isAlike))
}

/** Whether rows that lie in the default partition would belong into another one. */
function leavesDefault(parts, later) {
  const isFirst = ({ slot }) => slot === 0
  return !parts.children.some(isFirst) && later.children.some(isFirst)
}

/** Whether a table becomes a partition that our rows do not fit. */
function becomesPart(from, to, table) {
  const isIt = ({ schema, name }) => schema === table.schema && name === table.name
  const parent = to.tables.find(({ parts }) => parts?.children.some(isIt))
  if (parent === undefined) return false
  const { slot } = parent.parts.children.find(isIt)
  return slot !== 0 || parent.foreign.length > 0 ||
    !columnsOf(to, parent).every(column => isSameColumn(from, table, to, column))
}

/** Whether partitions go with their rows to another table, or stand for themselves, as others. */
function partsMove(from, to, table) {
  const isIt = child => ({ schema, name }) => schema === child.schema && name === child.name
  return (table.parts?.children ?? []).some(child => {
    const parent = to.tables.find(({ parts }) => parts?.children.some(isIt(child)))
    const at = parent ?? sameTable(to, child)
    if (at === undefined || at === sameTable(to, table)) return false
    const seats = parent?.parts.children ?? []
    const slot = seats.find(isIt(child))?.slot
    // The default partition has our rows where none is for them.
    const isTaken = slot === null && seats.some(other => other.slot === 0)
    return isTaken || (parent && slot !== child.slot) ||
      !columnsOf(to, at).every(column => isSameColumn(from, table, to, column))
  })
}

function isSameColumn(from, table, to, column) {
  const old = sameColumn(from, table, column)
  return old && JSON.stringify(old.type) === JSON.stringify(column.type) &&
    `${labelsOf(from, old.type)}` === `${labelsOf(to, column.type)}` &&
    old.column.notNull === column.column.notNull
}

/** Whether some partition takes our rows: the first, the default one, or all of a hash. */
function canHold({ strategy, children, modulus }) {
  if (strategy === 'hash') return children.length === modulus
  return children.some(({ slot }) => slot === 0 || slot === null)
}

/**
 * Whether rows of a table would stand twice in a materialized view with a unique index: values are
 * the same in each table, and a join or the children of a table repeat them.
 */
const isRepeatedBy = (schema, view, table) =>
  view.materialized && view.indexes.some(({ unique }) => unique) && repeats(schema, view, table)

const multiplies = ({ sources, shape }) => sources.length > 1 || shape === 'union'

function repeats(schema, view, table, isJoined = multiplies(view)) {
  return view.sources.some(id => {
    const source = relation(schema, id)
    if (source.kind !== 'table') {
      return repeats(schema, source, table, isJoined || multiplies(source))
    }
    const isParent = schema.tables.some(({ inherits }) => inherits.includes(id))
    return (isJoined || isParent) && (source === table || table.inherits.includes(id))
  })
}

/** Whether the partition that holds the rows goes while foreign keys may point at them. */
function losesReferenced(to, table, wanted) {
  if (!table.parts || !to.tables.some(({ foreign }) => foreign.some(f => f.table === wanted.id))) {
    return false
  }
  const holder = table.parts.children.find(({ slot }) => slot === 0) ??
    table.parts.children.find(({ slot }) => slot === null)
  const isHolder = ({ schema, name }) => schema === holder.schema && name === holder.name
  return table.parts.strategy !== 'hash' && !wanted.parts?.children.some(isHolder)
}

/** A new column that every row would need a value for. */
function needsValue(to, { type, column }) {
  if (column.generated || column.default || isNumbered(column)) return false
  return column.notNull || isStrict(to, type)
}

const isNumbered = ({ source, type, generated }) =>
  source !== 'plain' && ['smallint', 'integer', 'bigint'].includes(type.base) &&
  !type.array && generated === null

/** A domain that refuses nulls, or one over such, and has no default. */
function isStrict(schema, type) {
  const found = type.array ? undefined : target(schema, type)
  if (found?.kind !== 'domain' || found.hasDefault) return false
  return found.notNull || isStrict(schema, found.base)
}

/** The lists of columns over which rows must differ. */
function keysOver(schema, table) {
  return [
    ...(table.primary ? [table.primary.columns] : []),
    ...table.uniques.map(({ columns }) => columns),
    ...table.indexes.filter(({ unique }) => unique).map(({ parts }) => parts.map(p => p.column)),
    ...table.excludes.map(({ column }) => [column]),
  ]
}

/** Whether rows would hold one and the same value, or none, in a column of `to`. */
function isConstant(to, table, added, id) {
  const column = columnOf(to, table, id)
  const isNew = added.some(other => other.id === id)
  if (isNew) return !isNumbered(column.column)
  return isRepeated(to, column)
}

const isRepeated = (schema, { type }) => !isKey(schema, type) && family(schema, type) !== 'range'

/** Whether a foreign key of `from` or `to` would find no row on its other side. */
function leansOnEmpty(from, to, table, empty) {
  const gone = object => {
    const at = relation(from, object.table)
    return at !== table && empty.has(at.id) && !canBeNull(from, to, table, object)
  }
  if (table.foreign.some(gone)) return true
  const wanted = sameTable(to, table)
  return Boolean(wanted?.foreign.some(object => {
    const at = relation(to, object.table)
    const old = sameTable(from, at)
    const keys = object.target.map(id => columnOf(to, at, id))
    const isThere = old && !empty.has(old.id) && keys.every(key => sameColumn(from, old, key))
    const columns = object.columns.map(id => columnOf(to, wanted, id))
    const filled = columns.filter(found =>
      sameColumn(from, table, found) || found.column.default || isNumbered(found.column))
    // MATCH FULL takes all of a key or none.
    const isMixed = object.full && filled.length < columns.length
    return filled.length > 0 && (!isThere || isMixed)
  }))
}

/** Whether a column may hold null before and after, with no key or domain over it. */
function canHoldNull(from, to, table, id) {
  const column = columnOf(from, table, id)
  const wanted = sameTable(to, table)
  const later = sameColumn(to, wanted, column)
  const isFree = (schema, at, found) => !found.column.notNull && !found.column.generated &&
    !isNumbered(found.column) && !keysOver(schema, at).flat().includes(found.id) &&
    target(schema, found.type)?.kind !== 'domain'
  return isFree(from, table, column) && (!later || isFree(to, wanted, later))
}

const canBeNull = (from, to, table, object) =>
  object.columns.every(id => canHoldNull(from, to, table, id))

/** The label that rows hold in a column of an enum: one that stays; '-' where there is no enum. */
function labelOf(from, type, to, wanted) {
  const labels = labelsOf(from, type)
  const later = wanted && labelsOf(to, wanted)
  if (labels === undefined) return '-'
  return later ? labels.find(label => later.includes(label)) : labels[0]
}

function labelsOf(schema, type) {
  const found = target(schema, type)
  if (found?.kind === 'domain') return labelsOf(schema, found.base)
  return found?.kind === 'enum' ? found.labels : undefined
}

function insert(from, to, table, count, random, empty) {
  const wanted = sameTable(to, table)
  const columns = columnsOf(from, table).filter(({ column }) => column.generated === null)
  const inKeys = new Set(table.foreign.flatMap(object => object.columns))
  const laterKeys = new Set((wanted?.foreign ?? []).flatMap(object => object.columns))
  const hollow = new Set(table.foreign.filter(object => empty.has(object.table))
    .flatMap(object => object.columns))
  const value = (found, i) => {
    const { id, type } = found
    if (hollow.has(id)) return 'null'
    const later = sameColumn(to, wanted, found)
    const isTied = inKeys.has(id) || (later && laterKeys.has(later.id))
    const canBe = !isTied && canHoldNull(from, to, table, id)
    if (i === count && canBe && random.chance(0.4)) return 'null'
    const label = labelOf(from, type, to, later?.type)
    return literal(from, type, i, object =>
      object.labels.includes(label) ? label : commonLabel(object, to))
  }
  const lines = Array.from({ length: count }, (_, n) =>
    `(${columns.map(found => value(found, n + 1)).join(', ')})`)
  const names = columns.map(({ name }) => quote(name)).join(', ')
  if (names === '') return lines.map(() => `insert into ${nameOf(table)} default values`)
  return [
    `insert into ${nameOf(table)} (${names}) overriding system value values\n  ` +
      lines.join(',\n  '),
    ...columns.filter(({ column }) => isNumbered(column) && table.columns.includes(column))
      .map(({ name }) => `select setval(pg_get_serial_sequence(${literalText(nameOf(table))}, ` +
        `${literalText(name)}), ${count})`),
  ]
}

/** A label of an enum within an array or composite type, which stays if one does. */
function commonLabel({ schema, name, labels }, to) {
  const later = to.enums.find(object => object.schema === schema && object.name === name)
  return labels.find(label => later?.labels.includes(label)) ?? labels[0]
}
