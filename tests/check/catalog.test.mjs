// What the catalogue has built in, against what a real PostgreSQL 17 says of itself: every
// difference is named, and those that are meant stand here.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { readFacts } from '../../src/catalog/facts.mjs'
import { systemViews } from '../../src/catalog/system_views.mjs'
import { native } from '../support/native.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { top } from '../support/source.mjs'

const source = process.env.POSTGRES_SOURCE_DIR ?? join(top, 'build/deps/postgresql-17')
const made = native('postgres')

let server
let client
let facts
let typeNames

before(async () => {
  facts = readFacts(join(source, 'src'), join(made, 'catalog'))
  server = await startPostgres()
  client = new pg.Client({ connectionString: server.url })
  await client.connect()
  typeNames = new Map(facts.types.map(type => [type.oid, type.name]))
})

after(async () => {
  await client?.end()
  await server?.stop()
})

/** A type as the server's queries below name it. */
function typeName(oid) {
  return oid === 0 ? null : (typeNames.get(oid) ?? `no type ${oid}`)
}

function schemaName(oid) {
  return facts.schemas.find(schema => schema.oid === oid).name
}

/** Both as maps from a key to a text; what only one has, and what they say differently. */
function compare(ours, theirs, meant = []) {
  const mine = new Map(ours)
  const others = new Map(theirs)
  const found = []
  for (const [key, value] of mine) {
    if (!others.has(key)) found.push(`only ours: ${key}`)
    else if (value !== others.get(key)) found.push(`${key}: ${value}, there ${others.get(key)}`)
  }
  for (const key of others.keys()) if (!mine.has(key)) found.push(`only theirs: ${key}`)
  assert.ok(mine.size > 0)
  assert.deepEqual(found.filter(line => !meant.includes(line)).sort(), [])
  for (const line of meant) assert.ok(found.includes(line), `no longer so: ${line}`)
}

async function ask(sql) {
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  return rows.map(([key, value]) => [key, JSON.stringify(value)])
}

const own = 'oid < 16384'
const named = oid => `(select named.typname from pg_type named where named.oid = ${oid})`

test('types', async () => {
  const theirs = await ask(`
    select concat(nspname, '.', typname), json_build_array(
      case when t.oid < 10000 then t.oid::int end, ${named('t.typelem')}, ${named('t.typarray')},
      ${named('t.typbasetype')}, (select relname from pg_class c where c.oid = typrelid),
      coalesce(${named('r.rngsubtype')}, ${named('m.rngtypid')}), ${named('r.rngmultitypid')},
      typcollation::int, typtypmod, typlen, typtype, typcategory,
      case typsubscript::text when '-' then '' when 'array_subscript_handler' then 'a'
        when 'raw_array_subscript_handler' then 'r' when 'jsonb_subscript_handler' then 'j'
        else 'o' end,
      typispreferred, typnotnull,
      exists (select from pg_constraint where contypid = t.oid and contype = 'c'),
      exists (select from pg_opclass join pg_am a on a.oid = opcmethod where opcdefault
        and amname = 'btree' and opcintype = t.oid),
      exists (select from pg_opclass join pg_am a on a.oid = opcmethod where opcdefault
        and amname = 'hash' and opcintype = t.oid),
      typmodin <> 0)
    from pg_type t join pg_namespace n on n.oid = typnamespace
    left join pg_range r on r.rngtypid = t.oid left join pg_range m on m.rngmultitypid = t.oid
    where t.${own} and nspname <> 'pg_toast'`)
  const relations = new Map(facts.relations.map(relation => [relation.oid, relation.name]))
  const ours = facts.types.map(of => [
    `${schemaName(of.schema)}.${of.name}`,
    JSON.stringify([
      of.oid < 10000 ? of.oid : null,
      ...[of.element, of.array, of.base].map(typeName),
      relations.get(of.relation) ?? null,
      ...[of.subtype, of.multirange].map(typeName),
      ...[of.collation, of.modifier, of.length, of.kind, of.category, of.subscript || ''],
      ...[of.preferred, of.not_null, of.checked, of.ordered, of.hashed, of.modifiers],
    ]),
  ])
  compare(ours, theirs)
})

test('functions', async () => {
  const list = `(select json_agg(${named('x')} order by i) from unnest(`
  const theirs = await ask(`
    select concat(nspname, '.', proname, '(', (select string_agg(${named('x')}, ',' order by i)
        from unnest(proargtypes) with ordinality u(x, i)), ')'),
      json_build_array(case when p.oid < 10000 then p.oid::int end, ${named('prorettype')},
        ${named('provariadic')},
        case when proargmodes is not null then
          ${list} coalesce(proallargtypes, proargtypes)) with ordinality u(x, i)) end,
        array_to_string(proargmodes, ''), proargnames, pronargdefaults,
        coalesce(aggnumdirectargs, 0), prokind, provolatile, coalesce(aggkind::text, ''),
        proisstrict, proretset)
    from pg_proc p join pg_namespace n on n.oid = pronamespace
    left join pg_aggregate on aggfnoid = p.oid
    where p.${own} and 'internal'::regtype <> all (proargtypes)`)
  const ours = facts.functions.map(of => [
    `${schemaName(of.schema)}.${of.name}(${of.arguments.map(typeName).join(',')})`,
    JSON.stringify([
      of.oid < 10000 ? of.oid : null,
      ...[of.result, of.variadic].map(typeName),
      of.all_types && of.all_types.map(typeName),
      ...[of.modes, of.names, of.defaults, of.direct, of.kind, of.volatility, of.aggregate || ''],
      ...[of.strict, of.returns_set],
    ]),
  ])
  compare(ours, theirs)
})

test('aggregates that are not NULL over no rows', async () => {
  for (const of of facts.functions.filter(({ kind, aggregate }) => kind === 'a' && aggregate)) {
    if (of.schema !== 11) continue
    const inputs = of.arguments.map(typeName)
    const concrete = inputs.map(name => concreteOf[name] ?? name)
    const given = concrete.map(name => `null::pg_catalog."${name}"`)
    const name = `pg_catalog."${of.name}"`
    const direct = given.slice(0, of.direct).join(', ')
    const ordered = given.slice(of.direct).join(', ') || 'null::int4'
    const first = of.direct === given.length ? 'null::int4' : direct
    const text =
      of.aggregate === 'n'
        ? `${name}(${given.join(', ') || '*'})`
        : `${name}(${first}) within group (order by ${ordered})`
    const sql = `select ${text} is null as is_null from (select 1 where false) x`
    const { rows } = await client.query(sql).catch(error => {
      throw new Error(`${sql}: ${error.message}`)
    })
    assert.equal(!rows[0].is_null, of.support_null, sql)
  }
})

// What stands for a polymorphic type.
const concreteOf = {
  any: 'int4',
  anyelement: 'int4',
  anynonarray: 'int4',
  anyarray: '_int4',
  anyenum: 'int4',
  anyrange: 'int4range',
  anymultirange: 'int4multirange',
  anycompatible: 'int4',
  anycompatiblearray: '_int4',
}

test('operators', async () => {
  const theirs = await ask(`
    select o.oid::text, json_build_array(oprname, ${named('oprleft')}, ${named('oprright')},
      ${named('oprresult')}, oprcode::oid::int, oprnegate::int)
    from pg_operator o where ${own}`)
  const ours = facts.operators.map(of => [
    String(of.oid),
    JSON.stringify([
      of.name,
      ...[of.left, of.right, of.result].map(typeName),
      of.function,
      of.negator,
    ]),
  ])
  compare(ours, theirs)
})

test('casts', async () => {
  const theirs = await ask(`
    select concat(${named('castsource')}, ' to ', ${named('casttarget')}),
      json_build_array(castfunc::int, castcontext, castmethod)
    from pg_cast`)
  const ours = facts.casts.map(of => [
    `${typeName(of.source)} to ${typeName(of.target)}`,
    JSON.stringify([of.function, of.context, of.method]),
  ])
  compare(ours, theirs)
})

test('relations and their columns', async () => {
  const theirs = await ask(`
    select concat(nspname, '.', relname), json_build_array(relkind,
      case when c.oid < 10000 then c.oid::int end, ${named('reltype')},
      (select json_agg(json_build_array(attname, ${named('atttypid')}, attcollation::int, atttypmod,
         attnum, attnotnull, atthasdef) order by attnum)
       from pg_attribute where attrelid = c.oid and attnum > 0),
      (select coalesce(bit_or(case ev_type when '2' then 2 when '3' then 1 else 4 end), 0)
       from pg_rewrite where ev_class = c.oid and ev_type <> '1'))
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where c.${own} and relkind in ('r', 'v') and nspname <> 'pg_toast'`)
  const ours = facts.relations.map(of => [
    `${schemaName(of.schema)}.${of.name}`,
    JSON.stringify([
      of.kind,
      of.oid < 10000 ? of.oid : null,
      typeName(of.type),
      of.columns.map(({ name, type, collation, modifier, number, not_null: notNull }) => [
        ...[name, typeName(type), collation, modifier, number, notNull, false],
      ]),
      of.rules,
    ]),
  ])
  compare(ours, theirs)
})

test('keys', async () => {
  const theirs = await ask(`
    select indexrelid::regclass::text, json_build_array(indrelid::int, indkey::int2[],
      indisprimary, exists (select from pg_constraint where conindid = indexrelid))
    from pg_index where indisunique and indrelid < 10000
      and indrelid in (select oid from pg_class where relkind = 'r')`)
  const ours = facts.keys.map(of => [
    of.name,
    JSON.stringify([of.relation, of.columns, of.primary, of.constraint]),
  ])
  compare(ours, theirs)
})

test('system_views.def is what its script writes', async () => {
  const file = readFileSync(join(top, 'src/catalog/system_views.def'), 'utf8')
  assert.equal(await systemViews(client), file)
})
