/** Prints a Drizzle snapshot of format v7 as SQL: what a database with that schema is made by. */
import { literalText, quote } from './names.mjs'

const KEYWORDS = new Set(['public', 'current_role', 'current_user', 'session_user'])
const schemaOf = ({ schema }) => schema || 'public'
const nameOf = object => `${quote(schemaOf(object))}.${quote(object.name)}`
const list = names => names.map(quote).join(', ')
const snake = name => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/**
 * The snapshot as one script. `beside` are snapshots whose roles, and tables that policies are
 * linked to, must be there too: Drizzle leaves those to others.
 */
export function snapshotSql(snapshot, beside = [snapshot]) {
  const out = []
  const values = kind => Object.values(snapshot[kind])
  const all = kind => beside.flatMap(each => Object.values(each[kind]))
  const places = ['tables', 'enums', 'sequences', 'views'].flatMap(values).map(schemaOf)
  const linked = all('policies').map(({ on, schema }) => ({ on, schema }))
  const schemas = new Set([...values('schemas'), ...places, ...linked.map(schemaOf)])
  for (const name of schemas) out.push(`create schema if not exists ${quote(name)}`)
  for (const name of roleNames(beside)) out.push(roleSql(name))
  for (const object of values('enums')) {
    out.push(`create type ${nameOf(object)} as enum (${object.values.map(literalText).join(', ')})`)
  }
  for (const object of values('sequences')) {
    out.push(`create sequence ${nameOf(object)} ${sequenceOptions(object)}`)
  }
  for (const table of values('tables')) out.push(tableSql(table))
  for (const { on } of linked) out.push(`create table if not exists ${on} ()`)
  for (const table of values('tables')) out.push(...keysSql(table))
  for (const table of values('tables')) out.push(...foreignKeysSql(table), ...indexesSql(table))
  for (const view of values('views')) if (!view.isExisting) out.push(viewSql(view))
  for (const table of values('tables')) out.push(...securitySql(table))
  for (const policy of values('policies')) out.push(policySql(policy, policy.on))
  return out.map(sql => `${sql};\n`).join('')
}

/** The roles that are declared, and those that policies name. */
function roleNames(snapshots) {
  const policies = snapshots.flatMap(({ tables, policies: linked }) => [
    ...Object.values(tables).flatMap(table => Object.values(table.policies)),
    ...Object.values(linked),
  ])
  const declared = snapshots.flatMap(({ roles }) => Object.values(roles).map(({ name }) => name))
  return new Set([...declared, ...policies.flatMap(({ to }) => to ?? [])]
    .filter(name => !KEYWORDS.has(name)))
}

/** Roles belong to the server, so one may be there already. */
const roleSql = name => `do $role$ begin if to_regrole(${literalText(quote(name))}) is null then ` +
  `create role ${quote(name)}; end if; ` +
  'exception when duplicate_object or unique_violation then null; end $role$'

function sequenceOptions({ increment, minValue, maxValue, startWith, cache, cycle }) {
  return [
    increment && `increment by ${increment}`, minValue && `minvalue ${minValue}`,
    maxValue && `maxvalue ${maxValue}`, startWith && `start with ${startWith}`,
    cache && `cache ${cache}`, cycle && 'cycle',
  ].filter(Boolean).join(' ')
}

function tableSql(table) {
  const columns = Object.values(table.columns).map(column => columnSql(column))
  const keys = Object.values(table.compositePrimaryKeys).map(key =>
    `constraint ${quote(key.name)} primary key (${list(key.columns)})`)
  return `create table ${nameOf(table)} (${[...columns, ...keys].join(', ')})`
}

function columnSql(column) {
  const { name, type, typeSchema, default: value, generated, identity } = column
  const [, base, dimensions] = /^(.*?)((?:\[\d*\])*)$/.exec(type)
  const sqlType = typeSchema ? `${quote(typeSchema)}.${quote(base)}${dimensions}` : type
  return [
    quote(name), sqlType, column.primaryKey && 'primary key', column.notNull && 'not null',
    value !== undefined && `default ${defaultText(value)}`,
    generated && `generated always as (${generated.as}) stored`,
    identity && identitySql(identity),
  ].filter(Boolean).join(' ')
}

/** A default is SQL already, but for numbers and booleans. */
const defaultText = value =>
  typeof value === 'object' ? literalText(JSON.stringify(value)) : value

const identitySql = identity =>
  `generated ${identity.type === 'always' ? 'always' : 'by default'} as identity ` +
  `(sequence name ${nameOf(identity)} ${sequenceOptions(identity)})`

function keysSql(table) {
  const alter = `alter table ${nameOf(table)} add constraint`
  const uniques = Object.values(table.uniqueConstraints).map(object =>
    `${alter} ${quote(object.name)} unique ` +
    `${object.nullsNotDistinct ? 'nulls not distinct ' : ''}(${list(object.columns)})`)
  const checks = Object.values(table.checkConstraints).map(({ name, value }) =>
    `${alter} ${quote(name)} check (${value})`)
  return [...uniques, ...checks]
}

function foreignKeysSql(table) {
  return Object.values(table.foreignKeys).map(key => {
    const target = nameOf({ schema: key.schemaTo, name: key.tableTo })
    const actions = [['delete', key.onDelete], ['update', key.onUpdate]]
      .filter(([, action]) => action).map(([event, action]) => ` on ${event} ${action}`)
    return `alter table ${nameOf(table)} add constraint ${quote(key.name)} foreign key ` +
      `(${list(key.columnsFrom)}) references ${target} (${list(key.columnsTo)})` +
      actions.join('')
  })
}

function indexesSql(table) {
  return Object.values(table.indexes).map(index => {
    const parts = index.columns.map(part => {
      const sql = part.isExpression ? `(${part.expression})` : quote(part.expression)
      const sorts = index.method === 'btree'
        ? ` ${part.asc ? 'asc' : 'desc'}${part.nulls ? ` nulls ${part.nulls}` : ''}` : ''
      return `${sql}${part.opclass ? ` ${part.opclass}` : ''}${sorts}`
    })
    const options = Object.entries(index.with ?? {}).map(([key, value]) => `${key} = ${value}`)
    const kind = index.isUnique ? 'unique index' : 'index'
    return `create ${kind} ${quote(index.name)} on ${nameOf(table)} ` +
      `using ${index.method} (${parts.join(', ')})` +
      `${options.length > 0 ? ` with (${options.join(', ')})` : ''}` +
      `${index.where ? ` where ${index.where}` : ''}`
  })
}

function viewSql(view) {
  const options = Object.entries(view.with ?? {}).map(([key, value]) => `${snake(key)} = ${value}`)
  const head = `create ${view.materialized ? 'materialized ' : ''}view ${nameOf(view)}`
  return [
    head, view.using && `using ${quote(view.using)}`,
    options.length > 0 && `with (${options.join(', ')})`,
    view.tablespace && `tablespace ${quote(view.tablespace)}`, `as ${view.definition}`,
    view.withNoData && 'with no data',
  ].filter(Boolean).join(' ')
}

/** Drizzle switches row security on where a table has policies. */
function securitySql(table) {
  const policies = Object.values(table.policies)
  if (!table.isRLSEnabled && policies.length === 0) return []
  return [
    `alter table ${nameOf(table)} enable row level security`,
    ...policies.map(policy => policySql(policy, nameOf(table))),
  ]
}

function policySql(policy, on) {
  const roles = (policy.to ?? []).map(role => (KEYWORDS.has(role) ? role : quote(role)))
  return [
    `create policy ${quote(policy.name)} on ${on}`, policy.as && `as ${policy.as}`,
    policy.for && `for ${policy.for}`, roles.length > 0 && `to ${roles.join(', ')}`,
    policy.using && `using (${policy.using})`,
    policy.withCheck && `with check (${policy.withCheck})`,
  ].filter(Boolean).join(' ')
}
