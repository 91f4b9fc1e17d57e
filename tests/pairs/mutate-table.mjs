/** The mutations of what belongs to a table: columns, constraints, partitions, policies. */
import { columnType } from './add.mjs'
import {
  addCheck, addColumn, addConstraint, addExclude, addForeign, addIndex, addPart, addPolicy, addRule,
  addTrigger, addUnique, constraint, foreignOptions, generate, grants, identity, keyColumns,
  newDefault, partOwn,
} from './add-table.mjs'
import { castable, family, isKey } from './types.mjs'

const onTable = (act, where = () => true) => g => {
  const table = g.random.pick(g.schema.tables.filter(where))
  return table === undefined ? false : act(g, table) !== false
}

/** Does something to one column of a table; the column that partitions it stays as it is. */
const onColumn = (act, where = () => true) => onTable((g, table) => {
  const free = table.columns.filter(c => c.id !== table.parts?.column && where(c, g, table))
  const column = g.random.pick(free)
  return column === undefined ? false : act(g, column, table)
})

/** Does something to one object that hangs on a table. */
const onPart = (list, act) => g => {
  const all = g.schema.tables.flatMap(table => table[list].map(object => ({ table, object })))
  const found = g.random.pick(all)
  return found === undefined ? false : act(g, found.object, found.table) !== false
}

const dropPart = list => onPart(list, (g, object, table) => {
  table[list] = table[list].filter(other => other !== object)
})

const commentPart = list => onPart(list, (g, object) => {
  object.comment = object.comment === null ? 'said of it' : null
})

const isPlain = ({ generated }) => generated === null

/** A column and every column that a foreign key ties to it, either way. */
function tied(schema, column) {
  const found = new Set([column.id])
  let size
  do {
    size = found.size
    for (const { foreign } of schema.tables) {
      for (const { columns, target } of foreign) {
        columns.forEach((id, i) => {
          if (found.has(id) || found.has(target[i])) found.add(id).add(target[i])
        })
      }
    }
  } while (found.size > size)
  return schema.tables.flatMap(table => table.columns.filter(({ id }) => found.has(id)))
}

/** Changes a type, mostly to one that the rows fit, and with it the types of the other side. */
function changeType(g, column) {
  const { random, schema } = g
  const fitting = castable(schema, column.type).map(base => ({ base }))
  const type = fitting.length > 0 && random.chance(0.85) ? random.pick(fitting) : columnType(g)
  const all = random.chance(0.9) ? tied(schema, column) : [column]
  const isPartition = schema.tables.some(({ parts }) => all.some(({ id }) => id === parts?.column))
  if (isPartition) return false
  for (const other of all) {
    other.type = structuredClone(type)
    if (family(schema, type) !== 'text') Object.assign(other, { collation: null, storage: null })
    if (other.default?.kind === 'literal' && random.chance(0.3)) other.default = null
  }
  return true
}

const set = (key, values) => onColumn((g, column) => {
  column[key] = g.random.pick(values.filter(value => value !== column[key]))
}, (column, g) => isPlain(column) && (key === 'target' || family(g.schema, column.type) === 'text'))

const columns = [
  [7, ['add', onTable(addColumn)]],
  [5, ['drop', onColumn((g, column, table) => {
    table.columns = table.columns.filter(other => other !== column)
  })]],
  [1, ['order', onTable((g, { columns: all }) => {
    all.unshift(...all.splice(g.random.int(all.length), 1))
  })]],
  [2, ['rename', onColumn((g, column) => {
    column.name = g.names.take()
  })]],
  [9, ['type', onColumn(changeType, isPlain)]],
  [5, ['not null', onColumn((g, column) => {
    column.notNull = !column.notNull
  }, isPlain)]],
  [5, ['default', onColumn((g, column) => {
    column.default = column.default === null ? newDefault(g, column) : null
  }, isPlain)]],
  [3, ['source', onColumn((g, column) => {
    const others = ['plain', 'serial', 'identity'].filter(source => source !== column.source)
    column.source = g.random.pick(others)
    column.identity ??= identity(g, column.type.base)
    column.default = null
    column.notNull = true
  }, c => isPlain(c) && !c.type.array && ['integer', 'bigint'].includes(c.type.base))]],
  [2, ['identity options', onColumn((g, column) => {
    Object.assign(column.identity, identity(g, column.type.base), { plain: false })
  }, ({ source, identity: at }) => source === 'identity' && at !== null)]],
  [2, ['generated', onColumn((g, column, table) => {
    if (column.generated) column.generated = null
    else if (table.columns.filter(isPlain).length > 1) {
      generate(g, table, column)
    }
  })]],
  [2, ['collation', set('collation', [null, 'C', 'POSIX'])]],
  [1, ['storage', set('storage', [null, 'MAIN', 'EXTERNAL'])]],
  [1, ['compression', set('compression', [null, 'pglz'])]],
  [1, ['statistics', set('target', [null, 0, 100])]],
  [2, ['comment', onColumn((g, column) => {
    column.comment = column.comment === null ? 'a column' : null
  })]],
  [2, ['grant', onColumn((g, column) => {
    column.grants = column.grants.length > 0 ? [] : grants(g, ['select', 'insert', 'update'])
  })]],
]

/** Moves the primary key to other columns, under its old name or a new one. */
function movePrimary(g, table) {
  const { random } = g
  const free = keyColumns(g, table)
  const old = table.primary
  const key = random.some(free, random.between(1, 2)).map(({ id }) => id)
  if (table.parts && !key.includes(table.parts.column)) key.push(table.parts.column)
  if (key.length === 0) return false
  table.primary = { ...constraint(g), columns: key }
  if (old !== null && random.chance(0.6)) table.primary.name = old.name
  for (const column of table.columns) if (key.includes(column.id)) column.notNull = true
  return true
}

const constraints = [
  [4, ['primary key', onTable(movePrimary)]],
  [1, ['primary key dropped', onTable((g, table) => {
    table.primary = null
  })]],
  [4, ['add', onTable(addConstraint)]],
  [3, ['check', onTable(addCheck)]],
  [2, ['check dropped', dropPart('checks')]],
  [3, ['check changed', onPart('checks', (g, object) => {
    object.variant++
  })]],
  [2, ['check validated', onPart('checks', (g, object) => {
    object.notValid = !object.notValid
  })]],
  [3, ['unique', onTable(addUnique)]],
  [2, ['unique dropped', dropPart('uniques')]],
  [2, ['unique changed', onPart('uniques', (g, object, table) => {
    object.columns = g.random.some(keyColumns(g, table), 2).map(({ id }) => id)
    object.deferrable = g.random.chance(0.3)
  })]],
  [1, ['unique and include', onPart('uniques', (g, object, table) => {
    object.include = object.include === null ? g.random.pick(table.columns).id : null
  })]],
  [1, ['unique and nulls', onPart('uniques', (g, object) => {
    object.nullsNotDistinct = g.version >= 15 && !object.nullsNotDistinct
  })]],
  [4, ['foreign key', onTable(addForeign)]],
  [2, ['foreign key dropped', dropPart('foreign')]],
  [4, ['foreign key changed', onPart('foreign', (g, object) => {
    Object.assign(object, foreignOptions(g))
  })]],
  [2, ['exclusion', onTable(addExclude, ({ parts }) => parts === null)]],
  [1, ['exclusion dropped', dropPart('excludes')]],
  [1, ['exclusion changed', onPart('excludes', (g, object) => {
    object.partial = !object.partial
  })]],
  [1, ['comment', onTable((g, table) => {
    const all = [...table.checks, ...table.uniques, ...table.foreign]
    const object = g.random.pick(all)
    if (object === undefined) return false
    object.comment = object.comment === null ? 'a rule' : null
    return true
  })]],
]

const indexes = [
  [6, ['add', onTable(addIndex)]],
  [3, ['drop', dropPart('indexes')]],
  [3, ['condition', onPart('indexes', (g, object, table) => {
    object.where = object.where === null ? g.random.pick(table.columns).id : null
  })]],
  [2, ['order', onPart('indexes', (g, object) => {
    if (object.method !== 'btree') return false
    object.parts[0].descending = !object.parts[0].descending
    return true
  })]],
  [2, ['expression', onPart('indexes', (g, object) => {
    if (object.method !== 'btree') return false
    object.parts[0].derived = !object.parts[0].derived
    return true
  })]],
  [1, ['fillfactor', onPart('indexes', (g, object) => {
    if (object.method === 'btree') object.fillfactor = object.fillfactor === null ? 80 : null
  })]],
  [1, ['unique', onPart('indexes', (g, object) => {
    object.unique = !object.unique && object.method === 'btree'
  })]],
  // A unique constraint in place of a unique index of the same name.
  [2, ['to constraint', onPart('indexes', (g, object, table) => {
    const ids = object.parts.map(({ column }) => column)
    const own = ids.map(id => table.columns.find(column => column.id === id))
    const isGood = column => column && isPlain(column) && isKey(g.schema, column.type)
    if (!own.every(isGood)) return false
    table.indexes = table.indexes.filter(other => other !== object)
    const { id, name, comment } = object
    table.uniques.push({ id, name, comment, columns: ids, deferrable: false, include: null,
      nullsNotDistinct: false })
    return true
  })]],
  [1, ['comment', commentPart('indexes')]],
]

/** Makes of a partition a table that stands for itself, with some of the checks. */
function detachPart(g, table) {
  const { random } = g
  const { parts } = table
  if (parts.strategy === 'hash' || parts.children.length === 0) return false
  const [part] = parts.children.splice(random.int(parts.children.length), 1)
  const ids = new Map(table.columns.map(({ id }) => [id, g.id()]))
  const columns = table.columns.map(column => ({
    ...structuredClone(column), id: ids.get(column.id), comment: null, grants: [],
    source: 'plain', storage: null, compression: null, target: null,
    generated: column.generated &&
      { ...column.generated, column: ids.get(column.generated.column) },
  }))
  const checks = random.some(table.checks, random.between(0, table.checks.length))
    .map(check => ({ ...structuredClone(check), id: g.id(), fn: undefined,
      columns: check.columns.map(id => ids.get(id)) }))
  g.schema.tables.push({
    ...structuredClone(table), id: g.id(), schema: part.schema, name: part.name, comment: null,
    columns, checks, primary: null, uniques: [], foreign: [], indexes: [], triggers: [], rules: [],
    policies: [], parts: null, rls: 'none', grants: part.grants,
  })
  return true
}

const isPartitioned = ({ parts }) => parts !== null
const isWhole = ({ parts, inherits }) => parts === null && inherits.length === 0

const storage = [
  [2, ['unlogged', onTable((g, table) => {
    table.unlogged = !table.unlogged
  }, isWhole)]],
  [2, ['options', onTable((g, table) => {
    table.fillfactor = table.fillfactor === null ? 60 : null
    table.autovacuum = g.random.chance(0.5)
  }, isWhole)]],
  [1, ['replica identity', onTable((g, table) => {
    table.identityIndex = !table.identityIndex && table.primary !== null
  }, isWhole)]],
  [4, ['partition', onTable((g, table) => {
    if (table.parts.strategy === 'hash') return false
    addPart(g, table)
    return true
  }, isPartitioned)]],
  [2, ['partition dropped', onTable((g, { parts }) => {
    if (parts.strategy === 'hash') return false
    parts.children.splice(g.random.int(parts.children.length), 1)
    return true
  }, isPartitioned)]],
  [2, ['default partition', onTable((g, table) => {
    const { parts } = table
    const rest = parts.children.filter(({ slot }) => slot !== null)
    if (parts.strategy === 'hash') return false
    if (rest.length === parts.children.length) addPart(g, table, true)
    else parts.children = rest
    return true
  }, isPartitioned)]],
  [3, ['partition detached', onTable(detachPart, isPartitioned)]],
  [2, ['bound', onTable((g, { parts }) => {
    const part = g.random.pick(parts.children.filter(({ slot }) => slot !== null))
    if (part === undefined || parts.strategy === 'hash') return false
    part.extent += 5
    return true
  }, isPartitioned)]],
  [3, ["partition's own", onTable((g, { parts }) => {
    const part = g.random.pick(parts.children)
    if (part === undefined) return false
    part.own = part.own.length > 0 && g.random.chance(0.5) ? [] : partOwn(g)
    return true
  }, isPartitioned)]],
  [1, ['no inherit', onTable((g, table) => {
    if (table.inherits.length === 0) return false
    table.inherits = []
    return true
  })]],
]

const security = [
  [4, ['row security', onTable((g, table) => {
    const states = ['none', 'enabled', 'forced'].filter(state => state !== table.rls)
    table.rls = g.random.pick(states)
  })]],
  [4, ['policy', onTable(addPolicy)]],
  [2, ['policy dropped', dropPart('policies')]],
  [3, ['policy condition', onPart('policies', (g, object) => {
    object.variant++
  })]],
  [2, ['policy roles', onPart('policies', (g, object) => {
    object.roles = object.roles.length > 0 ? [] : ['app_writer']
  })]],
  [2, ['policy command', onPart('policies', (g, object) => {
    const commands = ['all', 'select', 'insert', 'update', 'delete']
    object.command = g.random.pick(commands.filter(command => command !== object.command))
  })]],
  [1, ['policy kind', onPart('policies', (g, object) => {
    object.restrictive = !object.restrictive
  })]],
]

const triggers = [
  [4, ['add', onTable(addTrigger)]],
  [2, ['drop', dropPart('triggers')]],
  [3, ['state', onPart('triggers', (g, object) => {
    const states = ['origin', 'disabled', 'always', 'replica']
    object.state = g.random.pick(states.filter(state => state !== object.state))
  })]],
  [2, ['transition tables', onPart('triggers', (g, object) => {
    Object.assign(object, { transition: !object.transition, row: false, of: null })
    object.constraint = false
    object.events = object.events.slice(0, 1)
  })]],
  [3, ['events', onPart('triggers', (g, object) => {
    object.events = g.random.some(['insert', 'update', 'delete'], 2).sort()
  })]],
  [1, ['comment', commentPart('triggers')]],
  [2, ['rule', onTable(addRule)]],
  [1, ['rule dropped', dropPart('rules')]],
  [1, ['rule changed', onPart('rules', (g, object) => {
    object.also = !object.also
  })]],
]

export const tableMutations = [
  [24, ['columns', columns]],
  [15, ['constraints', constraints]],
  [9, ['indexes', indexes]],
  [9, ['storage', storage]],
  [6, ['security', security]],
  [6, ['triggers', triggers]],
]
