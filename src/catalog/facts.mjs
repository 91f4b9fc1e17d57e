/** What PostgreSQL 17 has built in, in the words of include/ballast/catalog.h. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { elements, oid, readBki, readConstraints, readFunctions } from './bki.mjs'

const pgCatalog = 11
const cCollation = 950
// What initdb makes by SQL has another oid on every server. Ours begin beyond those that initdb
// gives away, so that no other object of a server is taken for one of them.
const firstMade = 15700
// Over no rows these give a value, where all other built-in aggregates give NULL.
const neverNull = ['count', 'regr_count', 'rank', 'dense_rank', 'percent_rank', 'cume_dist']

// What bootstrap puts in their places.
const lengths = { NAMEDATALEN: 64, SIZEOF_POINTER: 8 }

/** The order of strcmp. */
export function byBytes(a, b) {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/**
 * @param {string} source the folder `src` of PostgreSQL's source
 * @param {string} made the folder that genbki.pl wrote to
 */
export function readFacts(source, made) {
  const catalogs = readBki(readFileSync(join(made, 'postgres.bki'), 'utf8'))
  const rowsOf = name => catalogs.get(name).rows
  const facts = {
    catalogs,
    schemas: [{ oid: pgCatalog, name: 'pg_catalog' }],
    types: readTypes(rowsOf),
    operators: rowsOf('pg_operator').map(readOperator),
    casts: rowsOf('pg_cast').map(readCast),
    collations: rowsOf('pg_collation').map(row => (
      { schema: pgCatalog, name: row.collname, oid: oid(row.oid) })),
  }
  const system = readFileSync(join(source, 'backend/catalog/system_functions.sql'), 'utf8')
  facts.functions = readProcs(rowsOf, facts.types, system)
  const next = addRowTypes(facts)
  facts.relations = [...catalogs.values()].map(table => readTable(table, facts.types))
  const constraints = readFileSync(join(made, 'system_constraints.sql'), 'utf8')
  facts.keys = [...catalogs.values()].flatMap(table => readKeys(table, constraints))
  addMade(facts, readFileSync(new URL('system_views.def', import.meta.url), 'utf8'), next)
  facts.types.sort((a, b) => a.oid - b.oid)
  return facts
}

function readTypes(rowsOf) {
  const oidOfFunction = name => oid(rowsOf('pg_proc').find(row => row.proname === name).oid)
  const subscripts = new Map([
    [0, 0],
    [oidOfFunction('array_subscript_handler'), 'a'],
    [oidOfFunction('raw_array_subscript_handler'), 'r'],
    [oidOfFunction('jsonb_subscript_handler'), 'j'],
  ])
  const methods = new Map(rowsOf('pg_am').map(row => [row.amname, row.oid]))
  const classes = rowsOf('pg_opclass').filter(row => row.opcdefault === 't')
  const isOwnOf = (method, type) =>
    classes.some(row => row.opcmethod === methods.get(method) && row.opcintype === type)
  return rowsOf('pg_type').map(row => {
    const range = rowsOf('pg_range').find(of => of.rngtypid === row.oid)
    const ranges = rowsOf('pg_range').find(of => of.rngmultitypid === row.oid)
    return {
      oid: oid(row.oid),
      schema: oid(row.typnamespace),
      name: row.typname,
      element: oid(row.typelem),
      array: oid(row.typarray),
      base: oid(row.typbasetype),
      relation: oid(row.typrelid),
      subtype: range ? oid(range.rngsubtype) : ranges ? oid(ranges.rngtypid) : 0,
      multirange: range ? oid(range.rngmultitypid) : 0,
      collation: oid(row.typcollation),
      modifier: Number(row.typtypmod),
      length: lengths[row.typlen] ?? Number(row.typlen),
      kind: row.typtype,
      category: row.typcategory,
      subscript: subscripts.get(oid(row.typsubscript)) ?? 'o',
      preferred: row.typispreferred === 't',
      not_null: false,
      checked: false,
      ordered: isOwnOf('btree', row.oid),
      hashed: isOwnOf('hash', row.oid),
      modifiers: oid(row.typmodin) !== 0,
    }
  })
}

function readProcs(rowsOf, types, system) {
  const named = new Map(types.map(type => [type.name, type.oid]))
  const anew = new Map(
    readFunctions(system, name => named.has(name)).map(found => {
      const inputs = found.arguments.filter(({ mode }) => mode !== 'OUT')
      return [`${found.name}(${inputs.map(({ type }) => named.get(type)).join(' ')})`, found]
    }),
  )
  const aggregates = new Map(rowsOf('pg_aggregate').map(row => [row.aggfnoid, row]))
  const internal = String(named.get('internal'))
  const functions = rowsOf('pg_proc')
    .filter(row => !row.proargtypes?.split(' ').includes(internal))
    .map(row => readProc(row, aggregates.get(row.oid), anew))
  if (anew.size > 0) throw new Error(`not in pg_proc.dat: ${[...anew.keys()].join(', ')}`)
  return functions
}

function readProc(row, aggregate, anew) {
  const inputs = (row.proargtypes ?? '').split(' ').filter(Boolean).map(Number)
  const modes = elements(row.proargmodes).join('')
  const all = row.proallargtypes ? elements(row.proallargtypes).map(Number) : inputs
  const signature = `${row.proname}(${inputs.join(' ')})`
  const found = anew.get(signature)
  anew.delete(signature)
  const names = found ? found.arguments.map(({ name }) => name) : elements(row.proargnames)
  return {
    oid: oid(row.oid),
    schema: oid(row.pronamespace),
    name: row.proname,
    result: oid(row.prorettype),
    variadic: oid(row.provariadic),
    arguments: inputs,
    all_types: modes === '' ? null : all,
    modes: modes === '' ? null : modes,
    names: names.some(name => name !== '') ? names : null,
    all: all.length,
    defaults: found ? found.arguments.filter(({ hasDefault }) => hasDefault).length : 0,
    direct: aggregate ? Number(aggregate.aggnumdirectargs) : 0,
    kind: row.prokind,
    volatility: row.provolatile,
    aggregate: aggregate ? aggregate.aggkind : 0,
    strict: row.proisstrict === 't',
    returns_set: row.proretset === 't',
    support_null: aggregate !== undefined && neverNull.includes(row.proname),
  }
}

function readOperator(row) {
  return {
    oid: oid(row.oid),
    schema: oid(row.oprnamespace),
    name: row.oprname,
    left: oid(row.oprleft),
    right: oid(row.oprright),
    result: oid(row.oprresult),
    function: oid(row.oprcode),
    negator: oid(row.oprnegate),
  }
}

function readCast(row) {
  return {
    source: oid(row.castsource),
    target: oid(row.casttarget),
    function: oid(row.castfunc),
    context: row.castcontext,
    method: row.castmethod,
  }
}

/** As bootstrap.c decides it: fixed-width columns before the first that is none are NOT NULL. */
function readTable(table, types) {
  let fixed = true
  const columns = table.columns.map(({ name, type: typeName, force }, at) => {
    const type = types.find(of => of.name === typeName)
    const notNull = force ? force === 'never' : fixed && type.length > 0
    fixed &&= notNull && type.length > 0
    const collation = type.collation === 0 ? 0 : cCollation
    return column(name, type, collation, at + 1, notNull)
  })
  const type = types.find(of => of.relation === table.oid)
  return relation({ oid: table.oid, name: table.name, type: type.oid, kind: 'r', columns })
}

function column(name, type, collation, number, notNull) {
  return { name, type: type.oid, collation, number, modifier: -1, not_null: notNull }
}

function relation(known) {
  return { schema: pgCatalog, instead: 0, rules: 0, automatic: 0, ...known }
}

function readKeys(table, constraints) {
  const { primary, unique } = readConstraints(constraints)
  return table.indexes.map(({ name, columns }) => ({
    relation: table.oid,
    name,
    columns: columns.map(of => table.columns.findIndex(({ name: is }) => is === of) + 1),
    primary: primary.has(name),
    constraint: primary.has(name) || unique.has(name),
  }))
}

/** The row types of catalogs that are no rows of pg_type in the source; the next free oid. */
function addRowTypes(facts) {
  let next = firstMade
  const row = facts.types.find(type => type.name === 'pg_class')
  for (const table of facts.catalogs.values()) {
    if (facts.types.some(type => type.relation === table.oid)) continue
    const at = table.rowType || next++
    addType(facts, at, { ...row, name: table.name, relation: table.oid }, next++)
  }
  return next
}

/** Adds what system_views.def has. */
function addMade(facts, text, next) {
  const schemas = new Map([['pg_catalog', pgCatalog]])
  const schemaOf = name => {
    if (!schemas.has(name)) {
      schemas.set(name, next)
      facts.schemas.push({ oid: next++, name })
    }
    return schemas.get(name)
  }
  const typeOf = name => {
    const found = facts.types.find(type => type.name === name)
    if (!found) throw new Error(`system_views.def: no type ${name}`)
    return found
  }
  const add = {
    domain: words => addDomain(facts, next, typeOf, words),
    function: words => addFunction(facts, next, typeOf, words),
    table: words => addRelation(facts, next, typeOf, 'r', words),
    view: words => addRelation(facts, next, typeOf, 'v', words),
  }
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('//')) continue
    const [what, schema, ...words] = line.split(' ')
    const of = schemaOf(schema)
    next += add[what]([of, ...words])
  }
}

// A type and its array.
function addType(facts, at, type, array = at + 1) {
  facts.types.push({ ...type, oid: at, array })
  facts.types.push({
    ...type,
    oid: array,
    name: `_${type.name}`,
    element: at,
    array: 0,
    base: 0,
    relation: 0,
    modifier: -1,
    length: -1,
    kind: 'b',
    category: 'A',
    subscript: 'a',
    preferred: false,
    checked: false,
  })
  return 2
}

function addDomain(facts, at, typeOf, [schema, name, base, modifier, collation, checked]) {
  return addType(facts, at, {
    ...typeOf(base),
    schema,
    name,
    element: 0,
    base: typeOf(base).oid,
    collation: Number(collation),
    modifier: Number(modifier),
    kind: 'd',
    subscript: 0,
    preferred: false,
    checked: checked === 'checked',
    ordered: false,
    hashed: false,
    modifiers: false,
  })
}

function addFunction(facts, at, typeOf, words) {
  const [schema, name, result, volatility, strict, set, ...rest] = words
  const all = rest.map(argument => argument.split(':'))
  const types = all.map(([, , type]) => typeOf(type).oid)
  const hasOut = all.some(([mode]) => mode !== 'i')
  facts.functions.push({
    oid: at,
    schema,
    name,
    result: typeOf(result).oid,
    variadic: 0,
    arguments: types.filter((_, index) => all[index][0] === 'i'),
    all_types: hasOut ? types : null,
    modes: hasOut ? all.map(([mode]) => mode).join('') : null,
    names: all.some(([, is]) => is !== '') ? all.map(([, is]) => is) : null,
    all: all.length,
    defaults: 0,
    direct: 0,
    kind: 'f',
    volatility,
    aggregate: 0,
    strict: strict === 'strict',
    returns_set: set === 'set',
    support_null: false,
  })
  return 1
}

function addRelation(facts, at, typeOf, kind, [schema, name, bits, ...rest]) {
  const [instead, rules, automatic] = bits.split(':').map(Number)
  const columns = rest.map((text, index) => {
    const [is, typeName, collation] = text.split(':')
    const type = typeOf(typeName)
    return column(is, type, collation === 'C' ? cCollation : type.collation, index + 1, false)
  })
  const known = { oid: at, schema, name, type: at + 1, kind, columns, instead, rules }
  facts.relations.push(relation({ ...known, automatic: automatic & ~instead }))
  const row = typeOf('pg_class')
  return 1 + addType(facts, at + 1, { ...row, schema, name, relation: at })
}
