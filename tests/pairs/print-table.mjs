/** Prints tables: their columns and partitions first, what hangs on them when all tables exist. */
import { literalText, quote } from './names.mjs'
import { applied, columnOf, nameOf, relation } from './model.mjs'
import { sequenceOptionsSql } from './print.mjs'
import { isSortable } from './suits.mjs'
import { derived, family, literal, predicate, typeText } from './types.mjs'

const SERIALS = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' }

/** The table with its columns, options and partitions. */
export function printTable(schema, table, out) {
  const columns = table.columns.map(column => columnSql(schema, table, column))
  const parents = table.inherits.map(id => nameOf(relation(schema, id)))
  const inherits = parents.length > 0 ? ` inherits (${parents.join(', ')})` : ''
  const unlogged = table.unlogged ? 'unlogged ' : ''
  const options = [
    ...(table.fillfactor === null ? [] : [`fillfactor = ${table.fillfactor}`]),
    ...(table.autovacuum ? ['autovacuum_enabled = false'] : []),
  ]
  const withOptions = options.length > 0 ? ` with (${options.join(', ')})` : ''
  out.push(`create ${unlogged}table ${nameOf(table)} (\n  ${columns.join(',\n  ')}\n)` +
    `${inherits}${partitionBy(table)}${withOptions}`)
  for (const part of table.parts?.children ?? []) {
    out.push(`create table ${nameOf(part)} partition of ${nameOf(table)} ` +
      bound(table.parts, part))
    for (const own of part.own) out.push(...ownSql(schema, table, part, own))
  }
  for (const { name, type, storage, compression, target } of table.columns) {
    const alter = `alter table ${nameOf(table)} alter column ${quote(name)} set`
    const isText = type.base && family(schema, type) === 'text'
    if (storage && isText) out.push(`${alter} storage ${storage}`)
    if (compression && isText) out.push(`${alter} compression ${compression}`)
    if (target !== null) out.push(`${alter} statistics ${target}`)
  }
}

/** What a partition has of its own: a check, an index, a default, options. */
function ownSql(schema, table, part, { kind, name, pick }) {
  const at = nameOf(part)
  if (kind === 'options') return [`alter table ${at} set (fillfactor = ${50 + (pick % 40)})`]
  const plain = table.columns.filter(c => c.generated === null && c.source === 'plain' &&
    isSortable(schema, c.type))
  if (plain.length === 0) return []
  const column = plain[pick % plain.length]
  const text = quote(column.name)
  // An index like one of the parent's becomes that one's, or not, by which of them comes first.
  if (kind === 'index') return [`create index ${quote(name)} on ${at} ((${text} is null))`]
  if (kind === 'default') {
    const value = literal(schema, column.type, 2)
    return [`alter table ${at} alter column ${text} set default ${value}`]
  }
  const check = predicate(schema, column.type, text, pick)
  return [`alter table ${at} add constraint ${quote(name)} check (${check})`]
}

function partitionBy({ parts, columns }) {
  if (parts === null) return ''
  const { name } = columns.find(({ id }) => id === parts.column)
  return ` partition by ${parts.strategy} (${quote(name)})`
}

function bound({ strategy, modulus }, { slot, extent }) {
  if (slot === null) return 'default'
  if (strategy === 'hash') return `for values with (modulus ${modulus}, remainder ${slot})`
  const first = slot * 100
  if (strategy === 'range') return `for values from (${first}) to (${first + extent})`
  const values = slot === 0 ? [1, 2, 3, 4] : [first, first + 1]
  return `for values in (${[...values, first + extent].join(', ')})`
}

function columnSql(schema, table, column) {
  const { name, type, source, collation, notNull } = column
  const isInteger = !type.array && SERIALS[type.base] !== undefined && column.generated === null
  const text = isInteger && source === 'serial' ? SERIALS[type.base] : typeText(schema, type)
  const collate = collation && family(schema, type) === 'text' ? ` collate "${collation}"` : ''
  const need = notNull ? ' not null' : ''
  return `${quote(name)} ${text}${collate}${valueSql(schema, table, column, isInteger)}${need}`
}

/** The default, the expression of a generated column, or the identity. */
function valueSql(schema, table, column, isInteger) {
  if (column.generated) {
    const from = table.columns.find(({ id }) => id === column.generated.column)
    const { sql } = expression(schema, from, column.generated.fn)
    return ` generated always as (${sql}) stored`
  }
  if (isInteger && column.source === 'serial') return ''
  if (isInteger && column.source === 'identity') {
    const { always, plain, ...options } = column.identity
    const list = plain ? '' : ` (${sequenceOptionsSql(options, true)})`
    return ` generated ${always ? 'always' : 'by default'} as identity${list}`
  }
  const sql = defaultSql(schema, column)
  return sql === '' ? '' : ` default ${sql}`
}

/** An expression over a column of a table, by way of a function where it takes the type. */
export function expression(schema, { name, type }, fn) {
  return fn === undefined
    ? derived(schema, type, quote(name))
    : applied(schema, fn, type, quote(name))
}

function defaultSql(schema, { type, default: value }) {
  if (!value) return ''
  const find = (list, id) => list.find(object => object.id === id)
  const isNumber = family(schema, type) === 'number' && type.ref === undefined
  const fn = isNumber && find(schema.functions, value.fn)
  if (value.kind === 'function' && fn) return `${nameOf(fn)}(3)`
  const sequence = isNumber && find(schema.sequences, value.sequence)
  if (value.kind === 'nextval' && sequence) {
    return `nextval(${literalText(nameOf(sequence))}::regclass)`
  }
  if (value.kind === 'now' && ['date', 'timestamptz'].includes(family(schema, type)) && !type.ref) {
    return 'now()'
  }
  if (value.kind === 'uuid' && type.base === 'uuid' && !type.array) return 'gen_random_uuid()'
  return literal(schema, type, value.row ?? 1)
}

/** Constraints, indexes, triggers, rules and policies. */
export function printKeys(schema, table, out) {
  const add = (object, sql) =>
    out.push(`alter table ${nameOf(table)} add constraint ${quote(object.name)} ${sql}`)
  const names = ids => ids.map(id => quote(columnOf(schema, table, id).name)).join(', ')
  if (table.primary) add(table.primary, `primary key (${names(table.primary.columns)})`)
  for (const object of table.uniques) {
    const nulls = object.nullsNotDistinct ? ' nulls not distinct' : ''
    const deferrable = object.deferrable ? ' deferrable' : ''
    const include = object.include === null ? '' : ` include (${names([object.include])})`
    add(object, `unique${nulls} (${names(object.columns)})${include}${deferrable}`)
  }
  for (const object of table.checks) {
    const valid = object.notValid ? ' not valid' : ''
    const sql = `check (${condition(schema, table, object.columns, object)})`
    add(object, `${sql}${object.noInherit && table.parts === null ? ' no inherit' : ''}${valid}`)
  }
  for (const object of table.excludes) {
    const where = object.partial ? ` where (${names([object.column])} is not null)` : ''
    add(object, `exclude using gist (${names([object.column])} with &&)${where}` +
      `${object.deferrable ? ' deferrable' : ''}`)
  }
  for (const index of table.indexes) out.push(...indexSql(schema, table, index))
  if (table.identityIndex && table.primary) {
    const index = quote(table.primary.name)
    out.push(`alter table ${nameOf(table)} replica identity using index ${index}`)
  }
  // Foreign keys come when every key of every table exists: they may be cyclic.
  if (table === schema.tables.at(-1)) {
    for (const other of schema.tables) printForeign(schema, other, out)
  }
  for (const trigger of table.triggers) out.push(...triggerSql(schema, table, trigger))
  for (const rule of table.rules) out.push(...ruleSql(schema, table, rule))
  if (table.rls !== 'none') out.push(`alter table ${nameOf(table)} enable row level security`)
  if (table.rls === 'forced') out.push(`alter table ${nameOf(table)} force row level security`)
  for (const policy of table.policies) out.push(policySql(schema, table, policy))
}

function printForeign(schema, table, out) {
  for (const object of table.foreign) {
    const target = relation(schema, object.table)
    const names = (at, ids) => ids.map(id => quote(columnOf(schema, at, id).name)).join(', ')
    const full = object.full ? ' match full' : ''
    const some = object.some && object.onDelete.startsWith('set ')
      ? ` (${names(table, object.columns.slice(0, 1))})` : ''
    const actions = ` on update ${object.onUpdate} on delete ${object.onDelete}${some}`
    const deferrable = object.deferrable ? ` ${object.deferrable}` : ''
    const isValid = !object.notValid || table.parts !== null || target.parts !== null
    const valid = isValid ? '' : ' not valid'
    out.push(`alter table ${nameOf(table)} add constraint ${quote(object.name)} foreign key ` +
      `(${names(table, object.columns)}) references ${nameOf(target)} ` +
      `(${names(target, object.target)})${full}${actions}${deferrable}${valid}`)
  }
}

/** Predicates over some columns, joined by `and`; the first by way of a function where given. */
function condition(schema, table, ids, { variant, fn }) {
  return ids.map((id, i) => {
    const column = columnOf(schema, table, id)
    if (i > 0 || fn === undefined) {
      return predicate(schema, column.type, quote(column.name), variant + i)
    }
    const { sql, type } = expression(schema, column, fn)
    return predicate(schema, type, sql, variant)
  }).join(' and ')
}

/** An index, with what makes it the one that its table is clustered by. */
export function indexSql(schema, table, index) {
  const parts = index.parts.map(part => partSql(schema, table, part))
  const isPartitioned = Boolean(table.parts)
  const holdsKey = !isPartitioned || index.parts.some(({ column }) => column === table.parts.column)
  const isUnique = index.unique && holdsKey
  const name = id => quote(columnOf(schema, table, id).name)
  const include = index.include === null ? '' : ` include (${name(index.include)})`
  const nulls = isUnique && index.nullsNotDistinct ? ' nulls not distinct' : ''
  const options = index.fillfactor === null ? '' : ` with (fillfactor = ${index.fillfactor})`
  const where = index.where === null ? ''
    : ` where ${condition(schema, table, [index.where], { variant: index.variant })}`
  const sql = `create ${isUnique ? 'unique ' : ''}index ${quote(index.name)} on ${nameOf(table)} ` +
    `using ${index.method} (${parts.join(', ')})${include}${nulls}${options}${where}`
  const canCluster = table.kind === 'table' && !isPartitioned && index.clustered &&
    index.method === 'btree' && index.where === null
  if (!canCluster) return [sql]
  return [sql, `alter table ${nameOf(table)} cluster on ${quote(index.name)}`]
}

function partSql(schema, table, part) {
  const column = columnOf(schema, table, part.column)
  const sql = part.derived ? `(${expression(schema, column, part.fn).sql})` : quote(column.name)
  const isText = family(schema, column.type) === 'text' &&
    !column.type.base?.startsWith('character(')
  const collation = part.collation && isText && !part.derived ? ' collate "C"' : ''
  const pattern = part.pattern && !part.derived && isText ? ' text_pattern_ops' : ''
  const order = `${part.descending ? ' desc' : ''}`
  const nulls = part.nulls ? ` nulls ${part.descending ? 'last' : 'first'}` : ''
  return `${sql}${collation}${pattern}${order}${nulls}`
}

const TRANSITIONS = {
  insert: 'new table as n', update: 'old table as o new table as n', delete: 'old table as o',
}

/** The tables of what changed, which a trigger for whole statements of one kind may have. */
function transition({ transition: wanted, row, timing, events }, of) {
  if (!wanted || row || timing !== 'after' || events.length > 1 || of) return ''
  return `referencing ${TRANSITIONS[events[0]]} `
}

const STATES = { disabled: 'disable', always: 'enable always', replica: 'enable replica' }

function triggerSql(schema, table, trigger) {
  const fn = schema.functions.find(({ id }) => id === trigger.fn)
  const column = id => table.columns.find(c => c.id === id && c.generated === null)
  const of = column(trigger.of)
  const events = trigger.events.map(event =>
    event === 'update' && of ? `update of ${quote(of.name)}` : event)
  const when = column(trigger.when)
  const row = trigger.events.includes('delete') ? 'old' : 'new'
  const isMixed = row === 'old' && trigger.events.includes('insert')
  const condition = when && trigger.row && !isMixed
    ? ` when (${predicate(schema, when.type, `${row}.${quote(when.name)}`, trigger.variant)})` : ''
  const sql = `create ${trigger.constraint ? 'constraint ' : ''}trigger ${quote(trigger.name)} ` +
    `${trigger.timing} ${events.join(' or ')} on ${nameOf(table)}` +
    `${trigger.constraint ? ' deferrable initially deferred' : ''} ${transition(trigger, of)}` +
    `for each ${trigger.row ? 'row' : 'statement'}${condition} execute function ${nameOf(fn)}()`
  if (trigger.state === 'origin') return [sql]
  const state = STATES[trigger.state]
  return [sql, `alter table ${nameOf(table)} ${state} trigger ${quote(trigger.name)}`]
}

function ruleSql(schema, table, rule) {
  const column = columnOf(schema, table, rule.column)
  const when = predicate(schema, column.type, `old.${quote(column.name)}`, rule.variant)
  const action = rule.also ? 'do also select 1' : 'do instead nothing'
  const name = quote(rule.name)
  const sql = `create rule ${name} as on ${rule.event} to ${nameOf(table)} where ${when} ${action}`
  return rule.disabled ? [sql, `alter table ${nameOf(table)} disable rule ${name}`] : [sql]
}

function policySql(schema, table, policy) {
  const when = condition(schema, table, policy.columns, policy)
  const using = policy.command === 'insert' ? '' : ` using (${when})`
  const check = ['insert', 'all', 'update'].includes(policy.command) ? ` with check (${when})` : ''
  const to = policy.roles.length > 0 ? ` to ${policy.roles.join(', ')}` : ''
  const kind = policy.restrictive ? 'restrictive' : 'permissive'
  return `create policy ${quote(policy.name)} on ${nameOf(table)} as ${kind} ` +
    `for ${policy.command}${to}${using}${check}`
}
