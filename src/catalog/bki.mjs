/**
 * Reads what PostgreSQL's source says about the system catalogs: postgres.bki, as genbki.pl writes
 * it, and the SQL that initdb runs afterwards.
 */

// A word, or a text in quotes whose own quotes are doubled.
const word = /'((?:[^']|'')*)'|(\S+)/g

function words(line) {
  return [...line.matchAll(word)].map(([, quoted, plain]) => {
    if (quoted !== undefined) return quoted.replaceAll("''", "'")
    return plain === '_null_' ? null : plain
  })
}

/**
 * The catalogs of a postgres.bki: `name` to `{ name, oid, rowType, columns, rows, indexes }`, with
 * columns `{ name, type, force }` and indexes `{ name, columns }`. A row is an object of texts, by
 * the names of columns; `force` is whether a column is forced to be NOT NULL ("never") or to allow
 * it ("always").
 */
export function readBki(text) {
  const catalogs = new Map()
  let table
  for (const line of text.split('\n')) {
    const create = /^create (\w+) (\d+)(?:.* rowtype_oid (\d+))?/.exec(line)
    if (create) {
      const [, name, oid, rowType] = create
      table = { name, oid: Number(oid), rowType: Number(rowType ?? 0) }
      Object.assign(table, { columns: [], rows: [], indexes: [] })
      catalogs.set(create[1], table)
      continue
    }
    const column = /^ (\w+) = (\w+)(?: FORCE (NOT )?NULL)? ?,?$/.exec(line)
    if (column) {
      const force = line.includes(' FORCE ') ? (column[3] ? 'never' : 'always') : undefined
      table.columns.push({ name: column[1], type: column[2], force })
    } else if (line.startsWith('insert (')) {
      const values = words(line.slice('insert ('.length, line.lastIndexOf(')')))
      if (values.length !== table.columns.length) throw new Error(`not a row: ${line}`)
      table.rows.push(Object.fromEntries(table.columns.map(({ name }, at) => [name, values[at]])))
    } else if (line.startsWith('declare unique index')) {
      const [, name, on, keys] = /index (\w+) \d+ on (\w+) using btree\((.*)\)/.exec(line)
      catalogs.get(on).indexes.push({ name, columns: keys.split(', ').map(k => k.split(' ')[0]) })
    }
  }
  return catalogs
}

/** An oid that may not be there. */
export function oid(text) {
  return text === '-' || text === null ? 0 : Number(text)
}

/** The elements of an array as BKI has it: `{a,b}`. */
export function elements(text) {
  if (text === null || text === '{}') return []
  return text.slice(1, -1).split(',').map(element => element.trim().replaceAll('"', ''))
}

// What SQL calls types by another name than pg_type does.
const aliases = {
  integer: 'int4',
  int: 'int4',
  smallint: 'int2',
  bigint: 'int8',
  boolean: 'bool',
  'double precision': 'float8',
  real: 'float4',
  'bit varying': 'varbit',
  'character varying': 'varchar',
  character: 'bpchar',
}

function readType(text) {
  const array = text.endsWith('[]')
  const name = array ? text.slice(0, -2) : text
  return (array ? '_' : '') + (aliases[name] ?? name)
}

// `[mode] [name] type [DEFAULT expression]`; a type is known by its name.
function readArgument(text, isType) {
  const [before, fallback] = text.trim().split(/\s+DEFAULT\s+/)
  let rest = before.replace(/\s+/g, ' ')
  const mode = /^(IN|OUT|INOUT|VARIADIC) /.exec(rest)?.[1] ?? 'IN'
  rest = rest.replace(/^(IN|OUT|INOUT|VARIADIC) /, '')
  let name = ''
  if (!isType(readType(rest))) {
    name = rest.slice(0, rest.indexOf(' '))
    rest = rest.slice(rest.indexOf(' ') + 1)
  }
  const type = readType(rest)
  if (!isType(type)) throw new Error(`no type: ${text}`)
  return { mode, name, type, hasDefault: fallback !== undefined }
}

/**
 * The functions that system_functions.sql defines anew, since pg_proc.dat has no place for their
 * defaults: `[{ name, arguments: [{ mode, name, type, hasDefault }] }]`.
 */
export function readFunctions(sql, isType) {
  const found = []
  for (const match of sql.matchAll(/^CREATE OR REPLACE FUNCTION\s+"?(\w+)"?\s*\(/gm)) {
    const from = match.index + match[0].length
    let depth = 1
    let at = from
    const cuts = [from - 1]
    for (; depth > 0; at++) {
      if (sql[at] === '(') depth++
      if (sql[at] === ')') depth--
      if ((sql[at] === ',' && depth === 1) || depth === 0) cuts.push(at)
    }
    const texts = cuts.slice(1).map((cut, index) => sql.slice(cuts[index] + 1, cut))
    found.push({
      name: match[1],
      arguments: texts.filter(text => text.trim() !== '').map(text => readArgument(text, isType)),
    })
  }
  return found
}

/** The catalogs' primary keys and the indexes of their UNIQUE constraints. */
export function readConstraints(sql) {
  const primary = new Set()
  const unique = new Set()
  for (const [, kind, index] of sql.matchAll(/ADD (PRIMARY KEY|UNIQUE) USING INDEX (\w+);/g)) {
    ;(kind === 'UNIQUE' ? unique : primary).add(index)
  }
  return { primary, unique }
}
