/** The mutations: a weighted table of small changes to a structured schema. */
import {
  addComposite, addDefaultPrivileges, addDomain, addEnum, addFunction, addInstead, addOutputs,
  addPublication,
  addRange, addSchema, addSequence, addStatistics, addView, attribute, condition, domainCheck,
  sequenceOptions,
} from './add.mjs'
import { addIndex, addTable, grants } from './add-table.mjs'
import { relation } from './model.mjs'
import { tableMutations } from './mutate-table.mjs'

/** Changes the schema of `g` by one mutation; false where the one drawn does not apply. */
export function mutate(g) {
  const [group, list] = g.random.weighted(GROUPS)
  const [name, change] = g.random.weighted(list)
  if (change(g) === false) return undefined
  return `${group}: ${name}`
}

/** Removes one object of a list. */
function drop(list) {
  return g => {
    const victim = g.random.pick(g.schema[list])
    if (victim === undefined) return false
    g.schema[list] = g.schema[list].filter(object => object !== victim)
    return true
  }
}

/** Does something to one object of a list, where there is one. */
const change = (list, act, where = () => true) => g => {
  const object = g.random.pick(g.schema[list].filter(where))
  return object === undefined ? false : act(g, object) !== false
}

const rename = list => change(list, (g, object) => {
  object.name = g.names.take()
})

const move = list => change(list, (g, object) => {
  const place = g.random.pick(g.schema.schemas.filter(({ name }) => name !== object.schema))
  if (place === undefined) return false
  object.schema = place.name
  return true
})

const comment = list => change(list, (g, object) => {
  object.comment = object.comment === null
    ? `about ${g.names.take()}` : g.random.pick([null, 'new'])
})

const grant = (list, privileges) => change(list, (g, object) => {
  object.grants = object.grants?.length > 0 && g.random.chance(0.5) ? [] : grants(g, privileges)
})

function dropSchema(g) {
  const victim = g.random.pick(g.schema.schemas.filter(({ name }) => name !== 'public'))
  if (victim === undefined) return false
  g.schema.schemas = g.schema.schemas.filter(object => object !== victim)
  const heir = g.random.pick(g.schema.schemas).name
  const lists = ['enums', 'domains', 'composites', 'ranges', 'sequences', 'functions', 'tables',
    'views', 'statistics']
  const inside = lists.flatMap(list => g.schema[list])
  const parts = g.schema.tables.flatMap(table => table.parts?.children ?? [])
  for (const object of [...inside, ...parts]) {
    if (object.schema === victim.name) object.schema = heir
  }
  return true
}

const onLabels = act => change('enums', (g, object) => act(g, object.labels))

const enums = [
  [3, ['add', addEnum]],
  [2, ['drop', drop('enums')]],
  [2, ['rename', rename('enums')]],
  [1, ['move', move('enums')]],
  [5, ['label at the end', onLabels((g, labels) => labels.push(g.names.take()) > 0)]],
  [5, ['label before', onLabels((g, labels) => {
    labels.splice(g.random.int(labels.length), 0, g.names.take())
  })]],
  [4, ['label removed', onLabels((g, labels) => {
    if (labels.length < 2) return false
    labels.splice(g.random.int(labels.length), 1)
    return true
  })]],
  [3, ['labels reordered', onLabels((g, labels) => {
    labels.push(...labels.splice(0, 1))
  })]],
  [2, ['label renamed', onLabels((g, labels) => {
    labels[g.random.int(labels.length)] = g.names.take()
  })]],
  [1, ['comment', comment('enums')]],
  [1, ['grant', grant('enums', ['usage'])]],
]

const types = [
  [2, ['domain', addDomain]],
  [2, ['drop domain', drop('domains')]],
  [3, ['domain check', change('domains', (g, object) => object.checks.push(domainCheck(g)) > 0)]],
  [2, ['domain check dropped', change('domains', (g, object) => {
    object.checks.pop()
  }, ({ checks }) => checks.length > 0)]],
  [2, ['domain check changed', change('domains', (g, object) => {
    object.checks[0].variant++
  }, ({ checks }) => checks.length > 0)]],
  [2, ['domain default', change('domains', (g, object) => {
    object.hasDefault = !object.hasDefault
  })]],
  [2, ['domain not null', change('domains', (g, object) => {
    object.notNull = !object.notNull
  })]],
  [2, ['domain base', change('domains', (g, object) => {
    object.base = { base: object.base.base === 'integer' ? 'bigint' : 'text' }
  })]],
  [2, ['composite', addComposite]],
  [1, ['drop composite', drop('composites')]],
  [3, ['attribute', change('composites', (g, object) => object.attributes.push(attribute(g)) > 0)]],
  [2, ['attribute dropped', change('composites', (g, { attributes }) => {
    if (attributes.length < 2) return false
    attributes.splice(g.random.int(attributes.length), 1)
    return true
  })]],
  [2, ['attribute type', change('composites', (g, { attributes }) => {
    g.random.pick(attributes).type = { base: 'text' }
  })]],
  [1, ['attribute comment', change('composites', (g, { attributes }) => {
    g.random.pick(attributes).comment = g.random.pick([null, 'a part'])
  })]],
  [2, ['range', addRange]],
  [1, ['drop range', drop('ranges')]],
  [2, ['range subtype', change('ranges', (g, object) => {
    object.subtype = object.subtype === 'integer' ? 'numeric' : 'integer'
  })]],
]

const sequences = [
  [3, ['add', addSequence]],
  [2, ['drop', drop('sequences')]],
  [1, ['rename', rename('sequences')]],
  [4, ['options', change('sequences', (g, object) => Object.assign(object, sequenceOptions(g)))]],
  [3, ['owner', change('sequences', (g, object) => {
    const table = g.random.pick(g.schema.tables.filter(t => t.schema === object.schema))
    const owner = table ? { table: table.id, column: g.random.pick(table.columns)?.id } : null
    object.owner = object.owner === null ? owner : null
  })]],
  [1, ['comment', comment('sequences')]],
  [1, ['grant', grant('sequences', ['usage', 'select'])]],
]

const functions = [
  [4, ['add', g => addFunction(g)]],
  [3, ['drop', drop('functions')]],
  [1, ['rename', rename('functions')]],
  [4, ['body', change('functions', (g, object) => {
    object.plus += 1
  })]],
  [3, ['argument name', change('functions', (g, object) => {
    object.argument = g.names.take()
  })]],
  [3, ['result type', change('functions', (g, object) => {
    object.returns = object.returns === 'integer' ? 'bigint' : 'integer'
  }, ({ role }) => role === 'value')]],
  [2, ['argument default', change('functions', (g, object) => {
    object.fallback = object.fallback === null ? g.random.int(9) : null
  }, ({ role }) => role === 'value')]],
  [2, ['language', change('functions', (g, object) => {
    object.language = object.language === 'sql' ? 'plpgsql' : 'sql'
  })]],
  [2, ['attributes', change('functions', (g, object) => {
    const name = g.random.pick(['strict', 'parallel', 'definer', 'setting'])
    object[name] = !object[name]
  })]],
  [1, ['style', change('functions', (g, object) => {
    object.style = g.random.pick(['text', 'atomic', 'plpgsql', 'table', 'setof'])
  }, ({ role }) => role === 'rows')]],
  [1, ['output', change('functions', (g, object) => {
    object.output = !object.output
  }, ({ role }) => role === 'procedure')]],
  [2, ['aggregate', change('functions', (g, object) => {
    object.initial += 1
  }, ({ role }) => role === 'aggregate')]],
  [1, ['comment', comment('functions')]],
  [2, ['grant', grant('functions', ['execute'])]],
  [1, ['revoke', change('functions', (g, object) => {
    object.revoked = !object.revoked
  })]],
]

/** Appends an output column; the count of a grouped view stays the last. */
function widen(g, view) {
  const last = view.grouped ? view.columns.splice(-1) : []
  addOutputs(g, view, g.random.pick(view.sources), 1)
  view.columns.push(...last)
}

const views = [
  [4, ['add', addView]],
  [3, ['drop', drop('views')]],
  [1, ['rename', rename('views')]],
  [1, ['move', move('views')]],
  [4, ['column added', change('views', widen)]],
  [3, ['column removed', change('views', (g, view) => {
    if (view.columns.length < 2) return false
    view.columns.splice(g.random.int(view.columns.length - 1), 1)
    return true
  })]],
  [2, ['columns reordered', change('views', (g, view) => {
    view.columns.unshift(...view.columns.splice(1, 1))
  }, ({ columns, grouped }) => columns.length > (grouped ? 2 : 1))]],
  [2, ['column renamed', change('views', (g, view) => {
    g.random.pick(view.columns).name = g.names.take()
  })]],
  [4, ['condition', change('views', (g, view) => {
    view.condition = view.condition === null ? condition(g, view) : null
  })]],
  [3, ['options', change('views', (g, view) => {
    const names = ['barrier', 'check', 'fillfactor', ...(g.version >= 15 ? ['invoker'] : [])]
    const name = g.random.pick(names)
    view[name] = !view[name]
  })]],
  [2, ['made another kind', change('views', (g, view) => {
    view.materialized = !view.materialized
  })]],
  [2, ['index', change('views', addIndex, ({ materialized }) => materialized)]],
  [2, ['shape', change('views', (g, view) => {
    view.shape = g.random.pick(['plain', 'with', 'union', 'window', 'exists'])
  })]],
  [2, ['trigger', change('views', addInstead, ({ materialized }) => !materialized)]],
  [1, ['trigger dropped', change('views', (g, view) => {
    view.triggers.pop()
  }, ({ triggers }) => triggers.length > 0)]],
  [1, ['column grant', change('views', (g, view) => {
    const column = g.random.pick(view.columns)
    column.grants = column.grants?.length > 0 ? [] : grants(g, ['select'])
  })]],
  [1, ['comment', comment('views')]],
  [2, ['grant', grant('views', ['select', 'insert'])]],
]

const others = [
  [2, ['schema', addSchema]],
  [1, ['drop schema', dropSchema]],
  [1, ['schema comment', comment('schemas')]],
  [2, ['schema grant', grant('schemas', ['usage', 'create'])]],
  [2, ['default privileges', addDefaultPrivileges]],
  [2, ['default privileges dropped', drop('defaultPrivileges')]],
  [2, ['statistics', addStatistics]],
  [2, ['statistics dropped', drop('statistics')]],
  [1, ['statistics target', change('statistics', (g, object) => {
    object.target = object.target === null ? 80 : null
  })]],
  [1, ['statistics kinds', change('statistics', (g, object) => {
    object.kinds = g.random.some(['ndistinct', 'dependencies', 'mcv'], 2).sort()
  })]],
  [2, ['publication', addPublication]],
  [1, ['publication dropped', drop('publications')]],
  [2, ['publication changed', change('publications', (g, object) => {
    object.operations = object.operations === 'insert' ? 'insert, delete' : 'insert'
    object.tables = g.random.some(object.tables, object.tables.length - 1)
  })]],
]

const tables = [
  [5, ['add', addTable]],
  [3, ['drop', drop('tables')]],
  [1, ['rename', rename('tables')]],
  [1, ['move', change('tables', (g, table) => {
    const place = g.random.pick(g.schema.schemas.filter(({ name }) => name !== table.schema))
    if (place === undefined) return false
    for (const sequence of g.schema.sequences) {
      if (relation(g.schema, sequence.owner?.table) === table) sequence.owner = null
    }
    table.schema = place.name
    return true
  })]],
  [2, ['grant', grant('tables', ['select', 'insert', 'update', 'delete', 'truncate'])]],
  [1, ['comment', comment('tables')]],
]

const GROUPS = [
  [9, ['tables', tables]],
  ...tableMutations,
  [9, ['enums', enums]],
  [9, ['types', types]],
  [5, ['sequences', sequences]],
  [9, ['functions', functions]],
  [11, ['views', views]],
  [8, ['others', others]],
]
