/** Prints a structured schema as SQL that PostgreSQL 14 to 18 loads. */
import { literalText, quote } from './names.mjs'
import { columnOf, isHeir, nameOf, outputOf, relation } from './model.mjs'
import { notes } from './print-notes.mjs'
import { indexSql, printKeys, printTable } from './print-table.mjs'
import { literal, predicate, typeText } from './types.mjs'
import { isSortable } from './suits.mjs'

/** The whole schema as one script. */
export function print(schema, version) {
  const out = []
  for (const { name } of schema.schemas) {
    if (name !== 'public') out.push(`create schema ${quote(name)}`)
  }
  for (const object of schema.enums) out.push(enumSql(object))
  for (const object of schema.domains) out.push(domainSql(schema, object))
  for (const object of schema.composites) out.push(compositeSql(schema, object))
  for (const object of schema.ranges) {
    out.push(`create type ${nameOf(object)} as range (subtype = ${object.subtype})`)
  }
  for (const object of schema.sequences) out.push(sequenceSql(object))
  const late = schema.functions.filter(({ role }) => role === 'rows')
  for (const fn of schema.functions) if (fn.role !== 'rows') out.push(...functionSql(schema, fn))
  for (const table of schema.tables) printTable(schema, table, out)
  for (const { owner, ...sequence } of schema.sequences) {
    if (owner) out.push(`alter sequence ${nameOf(sequence)} owned by ${columnName(schema, owner)}`)
  }
  for (const table of schema.tables) printKeys(schema, table, out, version)
  for (const fn of late) out.push(...functionSql(schema, fn))
  for (const view of schema.views) printView(schema, view, out)
  for (const object of schema.statistics) out.push(...statisticsSql(schema, object))
  for (const object of schema.publications) out.push(publicationSql(schema, object, version))
  out.push(...notes(schema))
  return out.map(sql => `${sql};\n`).join('')
}

function columnName(schema, { table, column }) {
  const found = relation(schema, table)
  return `${nameOf(found)}.${quote(columnOf(schema, found, column).name)}`
}

const enumSql = object =>
  `create type ${nameOf(object)} as enum (${object.labels.map(literalText).join(', ')})`

function domainSql(schema, domain) {
  const checks = domain.checks.map(({ name, variant }) =>
    ` constraint ${quote(name)} check (${predicate(schema, domain.base, 'value', variant)})`)
  const fallback = domain.hasDefault ? ` default ${literal(schema, domain.base, 1)}` : ''
  const base = typeText(schema, domain.base)
  const need = domain.notNull ? ' not null' : ''
  return `create domain ${nameOf(domain)} as ${base}${fallback}${need}${checks.join('')}`
}

function compositeSql(schema, object) {
  const parts = object.attributes.map(at => `${quote(at.name)} ${typeText(schema, at.type)}`)
  return `create type ${nameOf(object)} as (${parts.join(', ')})`
}

/** The options of a sequence, as they stand in `create sequence` and in parentheses. */
export function sequenceOptionsSql({ as, increment, min, max, start, cache, cycle }, isIdentity) {
  const limit = max === null ? '' : ` maxvalue ${max}`
  const type = isIdentity ? '' : `as ${as} `
  return `${type}increment by ${increment} minvalue ${min}${limit} start with ${start} ` +
    `cache ${cache}${cycle ? ' cycle' : ''}`
}

const sequenceSql = object => `create sequence ${nameOf(object)} ${sequenceOptionsSql(object)}`

/** The argument types of a function, with which commands name it. */
export function argumentsOf(schema, fn) {
  if (fn.role === 'trigger' || fn.role === 'rows') return ''
  if (fn.role === 'label') return nameOf(schema.enums.find(({ id }) => id === fn.type))
  if (fn.role === 'overload') return fn.takes
  return fn.role === 'procedure' && fn.output ? 'integer, inout bigint' : 'integer'
}

function functionSql(schema, fn) {
  const argument = quote(fn.argument)
  const plus = fn.plus
  const one = `${argument} ${argumentsOf(schema, fn)}`
  const given = fn.fallback === null ? '' : ` default ${fn.fallback}`
  const scalar = { sql: value => `select ${value}`, plpgsql: value => `begin return ${value}; end` }
  const body = value => literalText(scalar[fn.language](value))
  const head = (args, returns, more) =>
    `create function ${nameOf(fn)}(${args}) returns ${returns} ${more}${attributes(fn)}`
  switch (fn.role) {
    case 'value':
      return [head(one + given, fn.returns, `language ${fn.language} immutable`) +
        ` as ${body(`(${argument} + ${plus})::${fn.returns}`)}`]
    case 'overload':
      return [head(one, 'integer', `language ${fn.language} stable`) +
        ` as ${body(`length(${argument}::text) + ${plus}`)}`]
    case 'label':
      return [head(one, 'text', `language ${fn.language} stable`) +
        ` as ${body(`${argument}::text || '${plus}'`)}`]
    case 'trigger':
      return [head('', 'trigger', 'language plpgsql') + ' as ' +
        literalText(`begin\n  -- ${plus}\n  if tg_op = 'DELETE' then return old; end if;\n` +
          '  return new;\nend')]
    case 'procedure':
      return [`create procedure ${nameOf(fn)}(${argument} integer` +
        `${fn.output ? ', inout result bigint' : ''}) language plpgsql as ` +
        literalText(`begin perform ${plus}; end`)]
    case 'aggregate':
      return aggregateSql(fn)
    default:
      return [rowsFunctionSql(schema, fn, head)]
  }
}

function attributes({ strict, parallel, definer, cost, setting }) {
  return `${strict ? ' strict' : ''}${parallel ? ' parallel safe' : ''}` +
    `${definer ? ' security definer' : ''}${cost ? ` cost ${cost}` : ''}` +
    `${setting ? " set search_path to 'pg_catalog'" : ''}`
}

function aggregateSql(fn) {
  const step = nameOf({ schema: fn.schema, name: `step ${fn.name}` })
  return [
    `create function ${step}(bigint, integer) returns bigint language sql immutable ` +
      `as 'select $1 + $2 * ${fn.plus}'`,
    `create aggregate ${nameOf(fn)}(integer) ` +
      `(sfunc = ${step}, stype = bigint, initcond = '${fn.initial}')`,
  ]
}

function rowsFunctionSql(schema, fn, head) {
  const table = relation(schema, fn.table)
  const column = columnOf(schema, table, fn.column)
  const where = `where ${predicate(schema, column.type, quote(column.name), fn.plus)}`
  const count = `select count(*) from ${nameOf(table)} ${where}`
  const type = typeText(schema, column.type)
  switch (fn.style) {
    case 'atomic':
      return `${head('', 'bigint', 'language sql stable')} begin atomic ${count}; end`
    case 'plpgsql':
      return `${head('', 'bigint', 'language plpgsql stable')} as ` +
        literalText(`begin return (${count}); end`)
    case 'table':
      return `${head('', `table (${quote(fn.argument)} ${type})`, 'language sql stable')} as ` +
        literalText(`select t.${quote(column.name)} from ${nameOf(table)} t`)
    case 'setof':
      return `${head('', `setof ${nameOf(table)}`, 'language sql stable')} as ` +
        literalText(`select t.* from ${nameOf(table)} t`)
    default:
      return `${head('', 'bigint', 'language sql stable')} as ${literalText(count)}`
  }
}

function printView(schema, view, out) {
  const columns = view.columns.map(output => outputOf(schema, view, output))
  const list = columns.map(({ sql }, i) => `${sql} as ${quote(view.columns[i].name)}`)
  const sources = view.sources.map((id, i) => `${nameOf(relation(schema, id))} s${i + 1}`)
  const grouping = groupBy(schema, view, columns)
  if (view.grouped && grouping === '') {
    list.splice(-1, 1, `1::bigint as ${quote(view.columns.at(-1).name)}`)
  }
  const plain = `select ${list.join(', ')} from ${sources.join(' left join ')}` +
    `${sources.length > 1 ? ' on true' : ''}${where(schema, view)}${grouping}`
  const query = isSimple(schema, view) ? plain : shaped(view, plain)
  const kind = view.materialized ? 'materialized view' : 'view'
  const options = viewOptions(schema, view)
  const withOptions = options.length > 0 ? ` with (${options.join(', ')})` : ''
  const empty = view.materialized && isEmpty(schema, view) ? ' with no data' : ''
  out.push(`create ${kind} ${nameOf(view)}${withOptions} as ${query}${empty}`)
  if (!view.materialized) {
    for (const trigger of view.triggers) out.push(insteadSql(schema, view, trigger))
    return
  }
  for (const index of view.indexes) out.push(...indexSql(schema, view, index))
}

/** The query within another one. */
function shaped({ shape }, query) {
  switch (shape) {
    case 'with': return `with q as (${query}) select q.* from q`
    case 'union': return `${query} union all ${query}`
    case 'window': return `select q.*, count(*) over () as "all of it" from (${query}) q`
    case 'exists': return `select q.* from (${query}) q where exists (select 1) or 1 in (select 2)`
    default: return query
  }
}

function insteadSql(schema, view, { name, event, fn }) {
  const called = nameOf(schema.functions.find(({ id }) => id === fn))
  return `create trigger ${quote(name)} instead of ${event} on ${nameOf(view)} ` +
    `for each row execute function ${called}()`
}

/** A materialized view without data, or a view that would have to read one. */
function isEmpty(schema, object) {
  if (object.kind === 'table') return false
  const isHollow = object.sources.some(id => isEmpty(schema, relation(schema, id)))
  return isHollow || (object.materialized && object.empty)
}

function where(schema, { condition, sources }) {
  if (condition === null) return ''
  const column = columnOf(schema, relation(schema, condition.source), condition.column)
  const sql = `s${sources.indexOf(condition.source) + 1}.${quote(column.name)}`
  return ` where ${predicate(schema, column.type, sql, condition.variant)}`
}

/** Groups by the primary key where it is among the columns: then the view depends on that key. */
function groupBy(schema, view, columns) {
  if (!view.grouped) return ''
  const [id] = view.sources
  const key = relation(schema, id).primary?.columns
  const positions = key?.map(column =>
    view.columns.findIndex(output => output.column === column && output.style === 'plain') + 1)
  if (view.byKey && positions?.every(position => position > 0)) {
    return ` group by ${positions.join(', ')}`
  }
  const all = columns.slice(0, -1)
  if (!all.every(({ type }) => isSortable(schema, type))) return ''
  return ` group by ${all.map((_, i) => i + 1).join(', ')}`
}

function viewOptions(schema, view) {
  if (view.materialized) return view.fillfactor ? ['fillfactor = 80'] : []
  return [
    ...(view.barrier ? ['security_barrier = true'] : []),
    ...(view.invoker ? ['security_invoker = true'] : []),
    ...(view.check && isSimple(schema, view) ? ['check_option = local'] : []),
  ]
}

/** Whether rows can be written by way of a view that has a check option. */
function isSimple(schema, view) {
  const [source] = view.sources.map(id => relation(schema, id))
  return !view.materialized && view.check && view.sources.length === 1 &&
    source.kind === 'table' && !view.grouped && view.columns.some(({ style }) => style === 'plain')
}

function statisticsSql(schema, object) {
  const table = relation(schema, object.table)
  const columns = object.columns.map(id => quote(columnOf(schema, table, id).name))
  if (object.expression) columns.push(`(${columns[0]} is null)`)
  const sql = `create statistics ${nameOf(object)} (${object.kinds.join(', ')}) ` +
    `on ${columns.join(', ')} from ${nameOf(table)}`
  const statistics = `alter statistics ${nameOf(object)} set statistics ${object.target}`
  return object.target === null ? [sql] : [sql, statistics]
}

function publicationSql(schema, publication, version) {
  const tables = publication.tables.map(({ table, columns, filter }) => {
    const found = relation(schema, table)
    const canFilter = version >= 15 && !isHeir(schema, found) &&
      (found.parts === null || publication.root)
    const names = (columns ?? []).map(id => columnOf(schema, found, id)).filter(Boolean)
      .filter(({ column }) => !column.generated)
    const list = canFilter && names.length > 0
      ? ` (${names.map(({ name }) => quote(name)).join(', ')})` : ''
    const by = columnOf(schema, found, filter)
    // A row filter may use nothing that a user defined.
    const isPlain = by && by.type.ref === undefined && !by.column.generated
    const rows = canFilter && isPlain
      ? ` where (${predicate(schema, by.type, quote(by.name))})` : ''
    return nameOf(found) + list + rows
  })
  const all = publication.all ? ' for all tables' : ''
  const some = tables.length > 0 ? ` for table ${tables.join(', ')}` : ''
  return `create publication ${quote(publication.name)}${all || some} with (publish = ` +
    `'${publication.operations}', publish_via_partition_root = ${publication.root})`
}
