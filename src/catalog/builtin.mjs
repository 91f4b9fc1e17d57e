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

/** Fields of a table, each of them whole before the next. */
function write(rows, how, fields, into = pack) {
  for (const field of fields) into[how](rows.map(of => of[field]))
}

function packTypes() {
  pack.number(types.length)
  write(types, 'differences', ['oid'])
  write(types, 'texts', ['name'])
  write(types, 'typeOids', ['element', 'array', 'base', 'subtype', 'multirange'])
  write(types, 'numbers', ['schema', 'relation', 'collation', 'modifier', 'length'])
  write(types, 'letters', ['kind', 'category', 'subscript'])
  write(types, 'numbers', [
    'preferred', 'not_null', 'checked', 'ordered', 'hashed', 'modifiers',
  ])
}

function packFunctions(functions) {
  pack.number(functions.length)
  write(functions, 'texts', ['name'])
  write(functions, 'differences', ['oid'])
  write(functions, 'typeOids', ['result', 'variadic'])
  write(functions, 'numbers', ['schema', 'all', 'defaults', 'direct'])
  write(functions, 'letters', ['kind', 'volatility', 'aggregate'])
  write(functions, 'numbers', ['strict', 'returns_set', 'support_null'])
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
  write(operators, 'texts', ['name'])
  write(operators, 'differences', ['oid', 'function', 'negator'])
  write(operators, 'typeOids', ['left', 'right', 'result'])
  write(operators, 'numbers', ['schema'])
  pack.number(casts.length)
  write(casts, 'typeOids', ['source', 'target'])
  write(casts, 'numbers', ['function'])
  write(casts, 'letters', ['context', 'method'])
  pack.number(schemas.length)
  write(schemas, 'texts', ['name'])
  write(schemas, 'numbers', ['oid'])
  pack.number(collations.length)
  write(collations, 'texts', ['name'])
  write(collations, 'numbers', ['schema', 'oid'])
}

function packRelations(relations) {
  for (const { schema, name } of relations) {
    // `Catalog::relation` looks for no others.
    if (schema === facts.schemas[0].oid && !name.startsWith('pg_')) throw new Error(name)
  }
  const pack = relationsPack
  const columns = relations.flatMap(of => of.columns)
  pack.number(relations.length)
  write(relations, 'texts', ['name'], pack)
  write(relations, 'differences', ['oid'], pack)
  write(relations, 'typeOids', ['type'], pack)
  write(relations, 'numbers', ['schema', 'instead', 'rules', 'automatic'], pack)
  write(relations, 'letters', ['kind'], pack)
  pack.numbers(relations.map(of => of.columns.length))
  pack.number(columns.length)
  write(columns, 'texts', ['name'], pack)
  write(columns, 'typeOids', ['type'], pack)
  write(columns, 'numbers', ['collation', 'modifier', 'number', 'not_null'], pack)
}

function packKeys(keys) {
  const pack = relationsPack
  pack.number(keys.length)
  write(keys, 'texts', ['name'], pack)
  write(keys, 'differences', ['relation'], pack)
  write(keys, 'numbers', ['primary', 'constraint'], pack)
  pack.numbers(keys.map(of => of.columns.length))
  pack.numbers(keys.flatMap(of => of.columns))
}

packTypes()
packFunctions(facts.functions.toSorted(byName))
facts.operators.sort(byName)
packOthers()
packRelations(facts.relations.toSorted((a, b) => a.oid - b.oid))
packKeys(facts.keys.toSorted((a, b) => a.relation - b.relation || byBytes(a.name, b.name)))

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
