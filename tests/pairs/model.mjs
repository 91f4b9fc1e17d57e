/** Questions about the structured form of a schema that several of its writers ask. */
import { quote } from './names.mjs'
import { derived } from './types.mjs'

/** An empty schema: `public`, and a list for each kind of object. */
export function emptySchema(version) {
  return {
    version,
    schemas: [{ kind: 'schema', id: 1, name: 'public', comment: null, grants: [] }],
    enums: [], domains: [], composites: [], ranges: [], sequences: [], functions: [], tables: [],
    views: [], statistics: [], publications: [], defaultPrivileges: [],
  }
}

/** The qualified, quoted name. */
export const nameOf = object => `${quote(object.schema)}.${quote(object.name)}`

/** A table or view by its id. */
export function relation(schema, id) {
  return [...schema.tables, ...schema.views].find(object => object.id === id)
}

/** The columns of a relation as `{ id, name, type, column }`, inherited ones first. */
export function columnsOf(schema, object) {
  if (object === undefined) return []
  if (object.kind === 'table') {
    const parents = object.inherits.flatMap(id => columnsOf(schema, relation(schema, id)))
    const own = object.columns.map(column => ({
      id: column.id, name: column.name, type: column.type, column,
    }))
    return [...parents, ...own]
  }
  return object.columns.flatMap(output => {
    const found = outputOf(schema, object, output)
    return found ? [{ id: output.id, name: output.name, type: found.type }] : []
  })
}

/** A column of a relation by its id. */
export function columnOf(schema, object, id) {
  return columnsOf(schema, object).find(column => column.id === id)
}

/** What a view's output column reads: `{ sql, type }`, undefined where its source is gone. */
export function outputOf(schema, view, output) {
  if (output.style === 'count') return { sql: 'count(*)', type: { base: 'bigint' } }
  const source = relation(schema, output.source)
  const column = columnOf(schema, source, output.column)
  if (column === undefined) return undefined
  const alias = `s${view.sources.indexOf(output.source) + 1}`
  const sql = `${alias}.${quote(column.name)}`
  if (output.style === 'function') return applied(schema, output.fn, column.type, sql)
  return output.style === 'derived'
    ? derived(schema, column.type, sql)
    : { sql, type: column.type }
}

/** A function of the schema over an integer expression, or the usual expression over others. */
export function applied(schema, id, type, sql) {
  const fn = schema.functions.find(object => object.id === id)
  const takes = type.base === 'integer' && !type.array
  if (fn?.role !== 'value' || !takes) return derived(schema, type, sql)
  return { sql: `${nameOf(fn)}(${sql})`, type: { base: fn.returns } }
}

/** Every table that may hold rows of its own, or whose partitions do. */
export const ordinary = schema => schema.tables.filter(table => !table.partition)

/** Whether a table is a parent or a child by inheritance. */
export const isHeir = (schema, table) => table.inherits.length > 0 ||
  schema.tables.some(({ inherits }) => inherits.includes(table.id))
