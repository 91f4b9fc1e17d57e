/**
 * Writes what PostgreSQL has built in as C++, to be compiled into read-only data:
 *
 *   node builtin.mjs POSTGRES/src FOLDER_OF_GENBKI builtin_data.cpp
 */
import { writeFileSync } from 'node:fs'
import { byBytes, readFacts } from './facts.mjs'
import { queryText } from './query.mjs'

const [source, made, output] = process.argv.slice(2)
const facts = readFacts(source, made)

/** Equal runs of an array are kept once; `at()` is the C++ of where one begins. */
class Pool {
  #name
  #type
  #items = []
  #known = new Map()

  constructor(name, type) {
    this.#name = name
    this.#type = type
  }

  at(items) {
    if (items.length === 0) return 'nullptr'
    const key = items.join('\0')
    if (!this.#known.has(key)) {
      this.#known.set(key, this.#items.length)
      this.#items.push(...items)
    }
    return `${this.#name} + ${this.#known.get(key)}`
  }

  text() {
    return `constexpr ${this.#type} ${this.#name}[] = {${this.#items.join(', ')}};\n`
  }
}

const oids = new Pool('kOids', 'Oid')
const numbers = new Pool('kNumbers', 'int16_t')
const words = new Pool('kWords', 'const char*')
const columns = new Pool('kColumns', 'Column')

const text = value => (value === null ? 'nullptr' : JSON.stringify(value))
const letter = value => (value === 0 ? '0' : `'${value}'`)

function typeText(type) {
  const { oid, schema, name, element, array, base, relation, subtype, multirange } = type
  const flags = [type.preferred, type.not_null, type.checked, type.ordered, type.hashed]
  return `{${[oid, schema, text(name), element, array, base, relation, subtype, multirange]}, ${[
    type.collation,
    type.modifier,
    type.length,
    ...[type.kind, type.category, type.subscript].map(letter),
    ...flags,
    type.modifiers,
  ]}}`
}

function functionText(of) {
  return `{${[of.oid, of.schema, text(of.name), of.result, of.variadic, oids.at(of.arguments)]}, ${[
    of.all_types ? oids.at(of.all_types) : 'nullptr',
    text(of.modes),
    of.names ? words.at(of.names.map(text)) : 'nullptr',
    of.arguments.length,
    of.all,
    of.defaults,
    of.direct,
    ...[of.kind, of.volatility, of.aggregate].map(letter),
    of.strict,
    of.returns_set,
    of.support_null,
  ]}}`
}

function operatorText(of) {
  return `{${[of.oid, of.schema, text(of.name), of.left, of.right, of.result, of.function]}, ${
    of.negator
  }}`
}

function castText(of) {
  return `{${[of.source, of.target, of.function, letter(of.context), letter(of.method)]}}`
}

function columnText(of) {
  const { name, type, collation, modifier, number, not_null: notNull } = of
  return `{${[text(name), type, collation, modifier, number, notNull]}, false, 0, 0}`
}

function relationText(of) {
  const span = `{${columns.at(of.columns.map(columnText))}, ${of.columns.length}}`
  return `{${[of.oid, of.schema, text(of.name), of.type, letter(of.kind), span]}, nullptr, ${[
    of.instead,
    of.rules,
    of.automatic,
  ]}, {}}`
}

function keyText(of) {
  return `{${[of.relation, text(of.name), numbers.at(of.columns), of.columns.length]}, ${[
    of.primary,
    true,
    true,
    false,
    of.constraint,
  ]}, nullptr, nullptr}`
}

/** An array of structs, and the span by which the room sees it. */
function table(name, type, rows, write) {
  const lines = rows.map(row => `    ${write(row)},\n`).join('')
  return `constexpr ${type} k${name}[] = {\n${lines}};\n`
}

/** The places of a table's rows in another order. */
function index(name, rows, compare) {
  const order = rows.map((_, at) => at).sort((a, b) => compare(rows[a], rows[b]))
  return `constexpr uint16_t k${name}[] = {${order.join(', ')}};\n`
}

const byOid = (a, b) => a.oid - b.oid
const byName = (a, b) => byBytes(a.name, b.name) || a.oid - b.oid

facts.functions.sort(byName)
facts.operators.sort(byName)
facts.casts.sort((a, b) => a.source - b.source || a.target - b.target)
facts.relations.sort(byOid)
facts.keys.sort((a, b) => a.relation - b.relation || byBytes(a.name, b.name))

const tables = [
  table('Schemas', 'Schema', facts.schemas, of => `{${of.oid}, ${text(of.name)}}`),
  table('Collations', 'Collation', facts.collations, of => `{${of.schema}, ${text(of.name)}}`),
  table('Types', 'Type', facts.types, typeText),
  index('TypeNames', facts.types, byName),
  table('Functions', 'Function', facts.functions, functionText),
  index('FunctionOids', facts.functions, byOid),
  table('Operators', 'Operator', facts.operators, operatorText),
  index('OperatorOids', facts.operators, byOid),
  table('Casts', 'Cast', facts.casts, castText),
  table('Relations', 'Relation', facts.relations, relationText),
  index('RelationNames', facts.relations, byName),
  table('Keys', 'Key', facts.keys, keyText),
]

const spans = [
  ['Schema', 'schemas'],
  ['Collation', 'collations'],
  ['Type', 'types'],
  ['uint16_t', 'type_names'],
  ['Function', 'functions'],
  ['uint16_t', 'function_oids'],
  ['Operator', 'operators'],
  ['uint16_t', 'operator_oids'],
  ['Cast', 'casts'],
  ['Relation', 'relations'],
  ['uint16_t', 'relation_names'],
  ['Key', 'keys'],
].map(([type, name]) => {
  const array = `k${name.replace(/(^|_)(.)/g, (_, before, first) => first.toUpperCase())}`
  return `constinit const std::span<const ${type}> ${name} = ${array};\n`
})

writeFileSync(
  output,
  `// Written by src/catalog/builtin.mjs out of PostgreSQL's source.
#include "catalog/builtin.h"

namespace ballast::catalog::builtin {
namespace {

${[oids, numbers, words, columns].map(pool => pool.text()).join('\n')}
${tables.join('\n')}
}  // namespace

${spans.join('')}
constinit const std::string_view query = R"query(${queryText(facts)})query";

}  // namespace ballast::catalog::builtin
`,
)
