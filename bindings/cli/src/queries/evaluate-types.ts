/** What a type says of a value: that it is a client, a part of a query, or has a member that is. */
import type { TSEntityName, TSType } from '@babel/types'

import { keyOf, type Node } from './ast.js'
import type { Binding } from './scope.js'
import type { Sources } from './sources.js'
import { eachOf, either, foreign, plain, unknown } from './value.js'
import type { At, Value } from './value.js'

/** What reads values, as far as types need it. */
export interface TypeReader {
  readonly sources: Sources
  value(node: Node, at: At): Value
  binding(binding: Binding, at: At): Value
  called(callee: Value, given: readonly Node[], at: At): Value
}

const kClients = new Set(['NeonQueryFunction', 'NeonQueryFunctionInTransaction'])
const kParts = new Set(
  'NeonQueryPromise SqlTemplate UnsafeRawSql NeonQueryInTransaction ParameterizedQuery'.split(' '),
)
// Types that say something of another one.
const kAround = new Set(
  'Promise PromiseLike Awaited Readonly Partial Required NonNullable Pick Omit'.split(' '),
)
const kPlain = new Set(
  (
    'TSStringKeyword TSNumberKeyword TSBooleanKeyword TSBigIntKeyword TSSymbolKeyword ' +
    'TSNullKeyword TSUndefinedKeyword TSVoidKeyword TSNeverKeyword TSLiteralType TSArrayType ' +
    'TSTupleType'
  ).split(' '),
)

/** The value that a type describes. */
export function annotatedValue(reader: TypeReader, type: TSType, at: At): Value {
  switch (type.type) {
    case 'TSParenthesizedType':
      return annotatedValue(reader, type.typeAnnotation, at)
    case 'TSUnionType':
    case 'TSIntersectionType':
      return either(type.types.map(each => annotatedValue(reader, each, at)))
    case 'TSTypeLiteral':
      return { kind: 'typed', node: type, at }
    case 'TSFunctionType': {
      const { typeAnnotation: said } = type
      const returns = said?.type === 'TSTypeAnnotation' ? said.typeAnnotation : null
      return { kind: 'signature', returns, at }
    }
    case 'TSTypeQuery':
      return type.exprName.type === 'Identifier'
        ? reader.value(type.exprName, at)
        : unknown('a type of an expression')
    case 'TSTypeReference':
      return referenced(reader, type, at)
    case 'TSTypeOperator':
      return type.typeAnnotation === undefined
        ? unknown('a type')
        : annotatedValue(reader, type.typeAnnotation, at)
    default:
      return kPlain.has(type.type) ? plain : unknown('its type does not say what it is')
  }
}

function referenced(
  reader: TypeReader,
  type: Extract<TSType, { type: 'TSTypeReference' }>,
  at: At,
): Value {
  const name = nameOf(type.typeName)
  const [first] = parametersOf(type)
  const declared = declarationOf(reader, type.typeName, at)
  if (declared === undefined) {
    if (name === 'ReturnType' && first !== undefined) {
      return reader.called(annotatedValue(reader, first, at), [], at)
    }
    if (name === 'InstanceType' && first !== undefined) {
      const value = annotatedValue(reader, first, at)
      return value.kind === 'class' ? { ...value, kind: 'instance' } : unknown('an instance')
    }
    if (kAround.has(name) && first !== undefined) return annotatedValue(reader, first, at)
    return plain
  }
  if (typeof declared === 'object' && 'ours' in declared) {
    const { ours } = declared
    const facts = { rows: rowsOf(first), int8: 'string' } as const
    if (kClients.has(ours)) return { kind: 'client', facts }
    return kParts.has(ours) ? { kind: 'dynamic', why: `it is a ${ours} from elsewhere` } : foreign
  }
  if (declared === 'foreign') return foreign
  if (declared === 'missing') return unknown(`the file of ${name} cannot be found`)
  const { node, at: home } = declared
  if (node.type === 'TSTypeAliasDeclaration') {
    return annotatedValue(reader, node.typeAnnotation, home)
  }
  if (node.type === 'ClassDeclaration') return { kind: 'instance', node, at: home }
  if (node.type === 'TSInterfaceDeclaration') return { kind: 'typed', node, at: home }
  return node.type === 'TSEnumDeclaration' ? plain : unknown(`what ${name} is cannot be told`)
}

/** `NeonQueryFunction<true, false>` gives its rows as arrays. */
function rowsOf(mode: TSType | undefined): 'object' | 'array' {
  const isLiteral = mode?.type === 'TSLiteralType' && mode.literal.type === 'BooleanLiteral'
  return isLiteral && (mode.literal as { value: boolean }).value ? 'array' : 'object'
}

function nameOf(name: Node): string {
  if (name.type === 'TSQualifiedName') return name.right.name
  return name.type === 'Identifier' ? name.name : ''
}

function parametersOf(type: Node): TSType[] {
  const { typeParameters, typeArguments } = type as {
    typeParameters?: { params: TSType[] } | null
    typeArguments?: { params: TSType[] } | null
  }
  return (typeParameters ?? typeArguments)?.params ?? []
}

type Declared = { node: Node; at: At } | { ours: string } | 'foreign' | 'missing' | undefined

// Re-exports of re-exports; more is a circle.
const kMaxHops = 20

/** Where a type is declared; undefined where it is the language's own. */
function declarationOf(reader: TypeReader, name: TSEntityName, at: At): Declared {
  const first = name.type === 'TSQualifiedName' ? leftmost(name) : nameOf(name)
  const binding = at.source.names.top.find(first)
  if (binding === undefined) return undefined
  const { origin } = binding
  if (origin.kind === 'declaration') return { node: origin.node, at }
  if (origin.kind !== 'import') return undefined
  return typeOf(reader, origin.from, origin.name === '*' ? nameOf(name) : origin.name, at, 0)
}

function leftmost(name: TSEntityName): string {
  return name.type === 'TSQualifiedName' ? leftmost(name.left) : nameOf(name)
}

function typeOf(reader: TypeReader, from: string, name: string, at: At, hops: number): Declared {
  const target = reader.sources.target(from, at.source.file)
  if (target.kind === 'ours') return { ours: name }
  if (target.kind === 'missing') return 'missing'
  if (target.kind !== 'file' || hops > kMaxHops) return 'foreign'
  const source = reader.sources.read(target.file)
  if (source instanceof Error) return 'foreign'
  const home: At = { source, arguments: new Map() }
  const found = source.names.exports.get(name)
  if (found?.from !== undefined) return typeOf(reader, found.from, found.name ?? '', home, hops + 1)
  const node = found?.node
  if (node !== undefined) return { node, at: home }
  const binding = source.names.top.find(found?.local ?? name)
  if (binding?.origin.kind === 'declaration') return { node: binding.origin.node, at: home }
  if (binding?.origin.kind === 'import') {
    return typeOf(reader, binding.origin.from, binding.origin.name, home, hops + 1)
  }
  for (const star of source.names.stars) {
    const through = typeOf(reader, star, name, home, hops + 1)
    if (typeof through === 'object') return through
  }
  return 'foreign'
}

/** A member of an interface or of an object's type. */
export function memberOfType(
  reader: TypeReader,
  node: Node,
  key: string | undefined,
  at: At,
): Value {
  const members =
    node.type === 'TSInterfaceDeclaration'
      ? node.body.body
      : node.type === 'TSTypeLiteral'
        ? node.members
        : []
  const found: Value[] = []
  for (const each of members) {
    if (each.type !== 'TSPropertySignature' && each.type !== 'TSMethodSignature') continue
    if (key !== undefined && keyOf(each.key, each.computed === true) !== key) continue
    const { typeAnnotation } = each
    const type = typeAnnotation?.type === 'TSTypeAnnotation' ? typeAnnotation.typeAnnotation : null
    if (each.type === 'TSMethodSignature') found.push({ kind: 'signature', returns: type, at })
    else if (type !== null) found.push(annotatedValue(reader, type, at))
  }
  if (found.length > 0) return either(found)
  if (node.type !== 'TSInterfaceDeclaration') return unknown(`it has no ${key}`)
  for (const { expression } of (node.extends ?? []) as { expression: TSEntityName }[]) {
    const declared = declarationOf(reader, expression, at)
    if (typeof declared !== 'object' || !('node' in declared)) continue
    const value = memberOfType(reader, declared.node, key, declared.at)
    if (eachOf(value).some(one => one.kind !== 'unknown')) return value
  }
  return unknown(`it has no ${key}`)
}
