/**
 * Makes a mutated schema whole: what refers to something that is gone, or that its new type does
 * not allow, goes as well. Mutations may then be short and careless.
 */
import { keysOf } from './add-table.mjs'
import { columnOf, outputOf, relation } from './model.mjs'
import { expression } from './print-table.mjs'
import { isSortable, suits } from './suits.mjs'
import { family, isKey, target, typeText } from './types.mjs'

/** Repairs until nothing changes any more. */
export function repair(schema) {
  let before
  do {
    before = JSON.stringify(schema)
    repairTypes(schema)
    for (const table of schema.tables) repairTable(schema, table)
    repairFunctions(schema)
    repairViews(schema)
    repairRest(schema)
  } while (JSON.stringify(schema) !== before)
  return schema
}

function repairTypes(schema) {
  const holders = [
    ...schema.domains.map(object => [object, 'base']),
    ...schema.composites.flatMap(object => object.attributes.map(at => [at, 'type'])),
    ...schema.tables.flatMap(table => table.columns.map(column => [column, 'type'])),
  ]
  for (const [holder, key] of holders) {
    const isGone = holder[key].ref !== undefined && target(schema, holder[key]) === undefined
    if (isGone) holder[key] = { base: 'text', ...(holder[key].array ? { array: true } : {}) }
  }
}

function repairTable(schema, table) {
  const has = id => columnOf(schema, table, id) !== undefined
  const own = id => table.columns.find(column => column.id === id)
  table.inherits = table.inherits.filter(id => {
    const parent = relation(schema, id)
    return parent && parent.parts === null && parent.unlogged === table.unlogged
  })
  if (table.parts && !own(table.parts.column)) table.parts = null
  for (const column of table.columns) {
    const source = column.generated && own(column.generated.column)
    const isPartKey = table.parts?.column === column.id
    if (column.generated && (!source || source.generated || isPartKey)) column.generated = null
    // A generated column has the type of its expression.
    if (column.generated) {
      column.type = expression(schema, source, column.generated.fn).type
      column.notNull = false
    }
    // Before version 17 a partitioned table has no identity columns.
    if (table.parts && schema.version < 17 && column.source === 'identity') column.source = 'serial'
  }
  const isGood = id => own(id) && own(id).generated === null && isKey(schema, own(id).type)
  const isKeyGood = ({ columns }) => columns.length > 0 && columns.every(isGood) &&
    (!table.parts || columns.includes(table.parts.column))
  if (table.primary && !isKeyGood(table.primary)) table.primary = null
  if (table.primary === null) table.identityIndex = false
  table.uniques = table.uniques.filter(isKeyGood)
  for (const object of table.uniques) {
    const isFree = own(object.include) && !object.columns.includes(object.include)
    if (!isFree || !isSortable(schema, own(object.include).type)) object.include = null
  }
  table.checks = table.checks.filter(({ columns }) => columns.length > 0 && columns.every(has))
  const isRange = column => column && !column.generated && family(schema, column.type) === 'range'
  table.excludes = table.excludes.filter(({ column }) => isRange(own(column)) && !table.parts)
  repairForeign(schema, table, own)
  repairIndexes(schema, table)
  const isTrigger = id => schema.functions.some(fn => fn.id === id && fn.role === 'trigger')
  table.triggers = table.triggers.filter(({ fn }) => isTrigger(fn))
  table.rules = table.rules.filter(({ column }) => has(column))
  table.policies = table.policies.filter(({ columns }) => columns.length > 0 && columns.every(has))
}

function repairForeign(schema, table, own) {
  table.foreign = table.foreign.filter(object => {
    const at = relation(schema, object.table)
    if (!at || (at.unlogged && !table.unlogged)) return false
    if (!object.columns.every(id => own(id) && !own(id).generated)) return false
    if (!object.target.every(id => columnOf(schema, at, id)?.column)) return false
    if (!keysOf(at).some(key => key.join() === object.target.join())) return false
    return object.columns.every((id, i) =>
      own(id).collation === columnOf(schema, at, object.target[i]).column.collation &&
      agree(schema, own(id).type, columnOf(schema, at, object.target[i]).type))
  })
}

const INTEGERS = ['smallint', 'integer', 'bigint']

function agree(schema, a, b) {
  if (INTEGERS.includes(a.base) && INTEGERS.includes(b.base)) return !a.array && !b.array
  return typeText(schema, a) === typeText(schema, b)
}

function repairIndexes(schema, object) {
  const find = id => columnOf(schema, object, id)
  const isUsable = (index, part) => {
    const column = find(part.column)
    if (column === undefined) return false
    // A plain key needs the method's operator class; an expression's result has one for btree.
    return part.derived ? index.method === 'btree' : suits(schema, index.method, column.type)
  }
  object.indexes = object.indexes.filter(index => index.parts.every(part => isUsable(index, part)))
  for (const index of object.indexes) {
    const included = find(index.include)
    if (!included || !isSortable(schema, included.type)) index.include = null
    if (index.where !== null && !find(index.where)) index.where = null
    if (!index.parts.every(({ column, derived }) => !derived && isKey(schema, find(column).type))) {
      index.unique = false
    }
  }
}

function repairFunctions(schema) {
  schema.functions = schema.functions.filter(fn => {
    if (fn.role === 'label') return schema.enums.some(({ id }) => id === fn.type)
    if (fn.role !== 'rows') return true
    const table = relation(schema, fn.table)
    return table !== undefined && columnOf(schema, table, fn.column) !== undefined
  })
}

function repairViews(schema) {
  const seen = new Set(schema.tables.map(({ id }) => id))
  schema.views = schema.views.filter(view => {
    const isWhole = view.sources.every(id => seen.has(id))
    view.columns = view.columns.filter(output =>
      output.style === 'count' ? view.grouped : outputOf(schema, view, output) !== undefined)
    const named = new Set()
    view.columns = view.columns.filter(({ name }) => !named.has(name) && named.add(name))
    if (view.condition) {
      const at = relation(schema, view.condition.source)
      const isThere = view.sources.includes(view.condition.source) &&
        columnOf(schema, at, view.condition.column)
      if (!isThere) view.condition = null
    }
    repairIndexes(schema, view)
    view.triggers = view.triggers.filter(({ fn }) =>
      schema.functions.some(({ id, role }) => id === fn && role === 'trigger'))
    const isGood = isWhole && view.columns.some(({ style }) => style !== 'count')
    if (isGood) seen.add(view.id)
    return isGood
  })
}

function repairRest(schema) {
  for (const sequence of schema.sequences) {
    if (sequence.owner === null) continue
    const table = relation(schema, sequence.owner.table)
    const isThere = table && table.schema === sequence.schema &&
      table.columns.some(({ id }) => id === sequence.owner.column) && !table.unlogged
    if (!isThere) sequence.owner = null
  }
  for (const object of schema.statistics) {
    const table = relation(schema, object.table)
    object.columns = object.columns.filter(id => {
      const column = table?.columns.find(c => c.id === id)
      return column && !column.generated && isSortable(schema, column.type)
    })
  }
  schema.statistics = schema.statistics.filter(({ columns }) => columns.length > 1)
  for (const publication of schema.publications) {
    publication.tables = publication.tables.filter(({ table }) => {
      const found = relation(schema, table)
      return found && !found.unlogged
    })
  }
  const known = new Set(schema.schemas.map(({ id }) => id))
  schema.defaultPrivileges = schema.defaultPrivileges.filter(({ schema: id }) =>
    id === null || known.has(id))
}

