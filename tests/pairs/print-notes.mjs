/** Prints what is said of objects and allowed on them: comments, grants, default privileges. */
import { literalText, quote } from './names.mjs'
import { nameOf } from './model.mjs'
import { argumentsOf } from './print.mjs'

/** The statements, to run when every object exists. */
export const notes = schema => [...comments(schema), ...privileges(schema)]

const signature = (schema, fn) => `${nameOf(fn)}(${argumentsOf(schema, fn)})`

/** Every object that takes a comment and grants, as `{ comment, grants, name, ... }`. */
function* described(schema) {
  for (const object of schema.schemas) yield { ...object, on: `schema ${quote(object.name)}` }
  for (const kind of ['enums', 'domains', 'composites', 'ranges']) {
    for (const object of schema[kind]) {
      yield { ...object, on: `${kind === 'domains' ? 'domain' : 'type'} ${nameOf(object)}` }
      for (const { name, comment } of object.attributes ?? []) {
        yield { comment, on: `column ${nameOf(object)}.${quote(name)}` }
      }
      for (const check of object.checks ?? []) {
        yield { ...check, on: `constraint ${quote(check.name)} on domain ${nameOf(object)}` }
      }
    }
  }
  for (const object of schema.sequences) yield { ...object, on: `sequence ${nameOf(object)}` }
  for (const fn of schema.functions) {
    const text = signature(schema, fn)
    const kind = fn.role === 'procedure' ? 'procedure' : 'function'
    const grantOn = `${kind} ${text}`
    yield { ...fn, on: fn.role === 'aggregate' ? `aggregate ${text}` : grantOn, grantOn }
  }
  for (const table of schema.tables) yield* describedTable(table)
  for (const view of schema.views) yield* describedView(view)
  for (const object of schema.statistics) yield { ...object, on: `statistics ${nameOf(object)}` }
  for (const object of schema.publications) {
    yield { ...object, on: `publication ${quote(object.name)}` }
  }
}

function* describedTable(table) {
  const name = nameOf(table)
  yield { ...table, on: `table ${name}` }
  for (const part of table.parts?.children ?? []) yield { ...part, on: `table ${nameOf(part)}` }
  for (const column of table.columns) {
    yield { ...column, on: `column ${name}.${quote(column.name)}`, grantOn: `table ${name}` }
  }
  const constraints = [
    ...(table.primary ? [table.primary] : []), ...table.uniques, ...table.checks, ...table.excludes,
    ...table.foreign,
  ]
  const { triggers, rules, policies } = table
  const parts = { constraint: constraints, trigger: triggers, rule: rules, policy: policies }
  for (const [kind, list] of Object.entries(parts)) {
    for (const object of list) yield { ...object, on: `${kind} ${quote(object.name)} on ${name}` }
  }
  for (const index of table.indexes) {
    yield { ...index, on: `index ${quote(table.schema)}.${quote(index.name)}` }
  }
}

function* describedView(view) {
  const kind = view.materialized ? 'materialized view' : 'view'
  yield { ...view, on: `${kind} ${nameOf(view)}`, grantOn: `table ${nameOf(view)}` }
  for (const column of view.columns) {
    const on = `column ${nameOf(view)}.${quote(column.name)}`
    yield { ...column, on, grantOn: `table ${nameOf(view)}` }
  }
  for (const trigger of view.materialized ? [] : view.triggers) {
    yield { ...trigger, on: `trigger ${quote(trigger.name)} on ${nameOf(view)}` }
  }
  for (const index of view.materialized ? view.indexes : []) {
    yield { ...index, on: `index ${quote(view.schema)}.${quote(index.name)}` }
  }
}

function comments(schema) {
  return [...described(schema)].filter(({ comment }) => typeof comment === 'string')
    .map(({ comment, on }) => `comment on ${on} is ${literalText(comment)}`)
}

function privileges(schema) {
  const out = []
  for (const object of described(schema)) {
    const on = object.grantOn ?? object.on
    const isColumn = object.on.startsWith('column ')
    if (object.revoked) out.push(`revoke execute on ${on} from public`)
    for (const { role, privileges: list, option } of object.grants ?? []) {
      const names = list.map(name => (isColumn ? `${name} (${quote(object.name)})` : name))
      out.push(`grant ${names.join(', ')} on ${on} to ${role}${option ? ' with grant option' : ''}`)
    }
  }
  for (const { objects, privilege, role, schema: id } of schema.defaultPrivileges) {
    const found = schema.schemas.find(object => object.id === id)
    const where = found ? ` in schema ${quote(found.name)}` : ''
    out.push(`alter default privileges${where} grant ${privilege} on ${objects} to ${role}`)
  }
  return out
}

