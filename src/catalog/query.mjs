/** Fills in query.sql. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

// From here on oids are given away by genbki.pl and initdb.
const firstByInitdb = 10000

// Oids as a multirange: what lies between two known ones may be unknown.
function ranges(of) {
  const all = [...new Set(of)].sort((a, b) => a - b)
  const found = []
  for (const oid of all) {
    const last = found.at(-1)
    if (last && last[1] === oid) last[1]++
    else found.push([oid, oid + 1])
  }
  return `{${found.map(([from, to]) => `[${from},${to})`).join(',')}}`
}

// What query.sql tells relations apart by.
function mark({ name, columns }, types) {
  const all = columns.map(column => `${column.name} ${types.get(column.type)}`)
  const text = [name, ...all].join(' ')
  return createHash('md5').update(text).digest('hex').slice(0, 8)
}

// The functions that query.sql calls.
const functions = new RegExp(
  String.raw`(?<![\w.])(array_to_string|bit_or|bool_or|btrim|concat|concat_ws|current_database|` +
    String.raw`current_setting|left|md5|pg_my_temp_schema|replace|rtrim|set_config|string_agg|` +
    String.raw`unnest)(?=\()`, 'g')

/** The text of `query()`, which leaves out what `facts` have. */
export function queryText(facts) {
  const bki = name => facts.catalogs.get(name).rows.map(row => Number(row.oid))
  const list = items => `{${items.map(item => `"${item}"`).join(',')}}`
  const types = new Map(facts.types.map(type => [type.oid, type.name]))
  const known = {
    types: ranges(bki('pg_type')),
    functions: ranges(facts.functions.map(({ oid }) => oid).filter(oid => oid < firstByInitdb)),
    operators: ranges(bki('pg_operator')),
    casts: list(facts.casts.map(({ source: from, target }) => `${from} ${target}`)),
    relations: list(facts.relations.map(relation => mark(relation, types))),
  }
  const sql = readFileSync(new URL('query.sql', import.meta.url), 'utf8')
  return sql
    .replace(/^--.*\n|^ *--.*\n/gm, '')
    .replace(/:(types|functions|operators|casts|relations)(?=')/g, (_, name) => known[name])
    .replace(/:text\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)/g, (_, inner) => {
      const slashed = `replace(${inner}, e'\\\\', e'\\\\\\\\')`
      return `replace(replace(${slashed}, e'\\n', e'\\\\n'), e'\\t', e'\\\\t')`
    })
    .replace(functions, 'pg_catalog.$1')
}
