/**
 * Writes what PostgreSQL has built in as C++: the tables in the packed form that unpack.cpp reads,
 * and the query.
 *
 *   node builtin.mjs POSTGRES/src FOLDER_OF_GENBKI builtin_data.cpp
 */
import { writeFileSync } from 'node:fs'
import { byBytes, readFacts } from './facts.mjs'
import { Pack } from './pack.mjs'
import { queryText } from './query.mjs'

const [source, made, output] = process.argv.slice(2)
const facts = readFacts(source, made)
const types = rankTypes()
const pack = new Pack(types)
const relationsPack = new Pack(types)

const byName = (a, b) => byBytes(a.name, b.name) || a.oid - b.oid

/** Types by how often functions and columns name them, so that the places of most are a byte. */
function rankTypes() {
  const uses = new Map()
  const count = oid => uses.set(oid, (uses.get(oid) ?? 0) + 1)
  for (const of of facts.functions) [of.result, ...of.arguments].forEach(count)
  for (const of of facts.relations) of.columns.forEach(({ type }) => count(type))
  const usesOf = type => uses.get(type.oid) ?? 0
  return facts.types.toSorted((a, b) => usesOf(b) - usesOf(a) || a.oid - b.oid)
}

function packTypes() {
  pack.number(types.length)
  pack.fields(types, 'differences', ['oid'])
  pack.fields(types, 'texts', ['name'])
  pack.fields(types, 'typeOids', ['element', 'array', 'base', 'subtype', 'multirange'])
  pack.fields(types, 'numbers', ['schema', 'relation', 'collation', 'modifier', 'length'])
  pack.fields(types, 'letters', ['kind', 'category', 'subscript'])
  pack.fields(types, 'numbers', [
    'preferred', 'not_null', 'checked', 'ordered', 'hashed', 'modifiers',
  ])
}

function packFunctions(functions) {
  pack.number(functions.length)
  pack.fields(functions, 'texts', ['name'])
  pack.fields(functions, 'differences', ['oid'])
  pack.fields(functions, 'typeOids', ['result', 'variadic'])
  pack.fields(functions, 'numbers', ['schema', 'all', 'defaults', 'direct'])
  pack.fields(functions, 'letters', ['kind', 'volatility', 'aggregate'])
  pack.fields(functions, 'numbers', ['strict', 'returns_set', 'support_null'])
  pack.numbers(functions.map(of => of.arguments.length))
  pack.typeOids(functions.flatMap(of => of.arguments))
  pack.numbers(functions.map(of => of.modes !== null))
  const open = functions.filter(of => of.modes !== null)
  pack.typeOids(open.flatMap(of => of.all_types))
  pack.letters(open.flatMap(of => [...of.modes]))
  pack.numbers(functions.map(of => of.names !== null))
  pack.texts(functions.flatMap(of => of.names ?? []))
}

function packOthers() {
  const { operators, casts, schemas, collations } = facts
  pack.number(operators.length)
  pack.fields(operators, 'texts', ['name'])
  pack.fields(operators, 'differences', ['oid', 'function', 'negator'])
  pack.fields(operators, 'typeOids', ['left', 'right', 'result'])
  pack.fields(operators, 'numbers', ['schema'])
  pack.number(casts.length)
  pack.fields(casts, 'typeOids', ['source', 'target'])
  pack.fields(casts, 'numbers', ['function'])
  pack.fields(casts, 'letters', ['context', 'method'])
  pack.number(schemas.length)
  pack.fields(schemas, 'texts', ['name'])
  pack.fields(schemas, 'numbers', ['oid'])
  pack.number(collations.length)
  pack.fields(collations, 'texts', ['name'])
  pack.fields(collations, 'numbers', ['schema', 'oid'])
}

function packRelations(pack, relations) {
  for (const { schema, name } of relations) {
    // `Catalog::relation` looks for no others.
    if (schema === facts.schemas[0].oid && !name.startsWith('pg_')) throw new Error(name)
  }
  const columns = relations.flatMap(of => of.columns)
  pack.number(relations.length)
  pack.fields(relations, 'texts', ['name'])
  pack.fields(relations, 'differences', ['oid'])
  pack.fields(relations, 'typeOids', ['type'])
  pack.fields(relations, 'numbers', ['schema', 'instead', 'rules', 'automatic'])
  pack.fields(relations, 'letters', ['kind'])
  pack.numbers(relations.map(of => of.columns.length))
  pack.number(columns.length)
  pack.fields(columns, 'texts', ['name'])
  pack.fields(columns, 'typeOids', ['type'])
  pack.fields(columns, 'numbers', ['collation', 'modifier', 'number', 'not_null'])
}

function packKeys(pack, keys) {
  pack.number(keys.length)
  pack.fields(keys, 'texts', ['name'])
  pack.fields(keys, 'differences', ['relation'])
  pack.fields(keys, 'numbers', ['primary', 'constraint'])
  pack.numbers(keys.map(of => of.columns.length))
  pack.numbers(keys.flatMap(of => of.columns))
}

packTypes()
packFunctions(facts.functions.toSorted(byName))
facts.operators.sort(byName)
packOthers()
packRelations(relationsPack, facts.relations.toSorted((a, b) => a.oid - b.oid))
facts.keys.sort((a, b) => a.relation - b.relation || byBytes(a.name, b.name))
packKeys(relationsPack, facts.keys)

writeFileSync(
  output,
  `// Written by src/catalog/builtin.mjs out of PostgreSQL's source.
#include "catalog/builtin.h"

namespace ballast::catalog::builtin {
namespace {

constexpr uint8_t kPacked[] = {${pack.bytes.join(',')}};
constexpr uint8_t kRelations[] = {${relationsPack.bytes.join(',')}};

}  // namespace

constinit const Packed packed = {kPacked, ${pack.textSize}};
constinit const Packed packed_relations = {kRelations, ${relationsPack.textSize}};
constinit const std::string_view query = R"query(${queryText(facts)})query";

}  // namespace ballast::catalog::builtin
`,
)
