/** Follows the expressions of a program to what they stand for: clients, queries, texts. */
import { bare, isFunction, keyOf, returnsOf, type FunctionNode, type Node } from './ast.js'
import { annotatedValue, memberOfType, type TypeReader } from './evaluate-types.js'
import type { Binding, Exported, Path } from './scope.js'
import type { Source, Sources } from './sources.js'
import { clientOf, eachOf, either, foreign, plain, unknown } from './value.js'
import type { At, ClassNode, ClientFacts, Value } from './value.js'

// Deeper than any program is that a person has written.
const kMaxDepth = 200

const kOursByName: Readonly<Record<string, Value>> = {
  neon: { kind: 'neon' },
  Pool: { kind: 'pools' },
  Client: { kind: 'pools' },
}

const kPlainFacts: ClientFacts = { rows: 'object', int8: 'string' }

/** Evaluates expressions, without running anything. */
export class Evaluator implements TypeReader {
  readonly sources: Sources
  readonly #kept = new Map<Node, Value>()
  readonly #active = new Set<Node>()

  constructor(sources: Sources) {
    this.sources = sources
  }

  /** What an expression stands for. */
  value(given: Node, at: At): Value {
    const node = bare(given)
    const isKept = at.arguments.size === 0
    const kept = isKept ? this.#kept.get(node) : undefined
    if (kept !== undefined) return kept
    if (this.#active.has(node)) return { kind: 'dynamic', why: 'it is put together of itself' }
    if (this.#active.size > kMaxDepth) return unknown('it is too deep')
    this.#active.add(node)
    try {
      const value = this.#evaluate(node, at)
      // What ran into itself is only that as seen from there.
      if (isKept && !hasDynamic(value)) this.#kept.set(node, value)
      return value
    } finally {
      this.#active.delete(node)
    }
  }

  #evaluate(node: Node, at: At): Value {
    switch (node.type) {
      case 'Identifier':
        return this.#named(node, at)
      case 'AwaitExpression':
        return either(eachOf(this.value(node.argument, at)).map(rowsAre))
      case 'ConditionalExpression':
        return either([this.value(node.consequent, at), this.value(node.alternate, at)])
      case 'LogicalExpression':
        return either([this.value(node.left, at), this.value(node.right, at)])
      case 'AssignmentExpression':
        return this.value(node.right, at)
      case 'SequenceExpression':
        return this.value(node.expressions.at(-1) ?? node, at)
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return this.#member(node.object, keyOf(node.property, node.computed), at)
      case 'CallExpression':
      case 'OptionalCallExpression':
        return this.#call(node, at)
      case 'NewExpression':
        return this.#made(this.value(node.callee, at))
      case 'TaggedTemplateExpression':
        return this.#tagged(node, at)
      case 'ImportExpression':
        return this.#module(node.source, at)
      case 'ThisExpression':
        return this.#instance(node, at)
      case 'ClassExpression':
      case 'ClassDeclaration':
        return { kind: 'class', node, at }
      default:
        return isFunction(node) ? { kind: 'function', node, at } : { kind: 'plain', node, at }
    }
  }

  #tagged(node: Extract<Node, { type: 'TaggedTemplateExpression' }>, at: At): Value {
    const tag = this.value(node.tag, at)
    if (clientOf(tag) !== undefined) return { kind: 'query', node, at }
    return tag.kind === 'foreign' ? foreign : { kind: 'plain', node, at }
  }

  #named(node: Extract<Node, { type: 'Identifier' }>, at: At): Value {
    const binding = at.source.names.scopeOf.get(node)?.find(node.name)
    if (binding === undefined) {
      return node.name === 'undefined' ? plain : unknown(`${node.name} is not of this file`)
    }
    return this.binding(binding, at)
  }

  /** What a name stands for. */
  binding(binding: Binding, at: At): Value {
    const given = at.arguments.get(binding)
    if (given !== undefined) return given
    const { origin, annotation, writes } = binding
    if (annotation !== null) {
      const said = this.#along(annotatedValue(this, annotation.type, at), annotation.path, at)
      if (said.kind !== 'unknown') return said
    }
    if (binding.isChanged) return unknown(`${binding.name} is changed while the program runs`)
    const later = writes.map(write => this.value(write, at))
    switch (origin.kind) {
      case 'import':
        return this.#imported(origin.from, origin.name, at.source)
      case 'declaration':
        return this.#declared(origin.node, at)
      case 'value':
        return either([this.#along(this.value(origin.node, at), origin.path, at), ...later])
      case 'parameter':
        return this.#parameter(binding, at)
      case 'unknown':
        return later.length > 0 ? either(later) : unknown(`${binding.name} has no value of its own`)
    }
  }

  #declared(node: Node, at: At): Value {
    if (isFunction(node)) return { kind: 'function', node, at }
    if (node.type === 'ClassDeclaration') return { kind: 'class', node, at }
    return { kind: 'plain', node, at }
  }

  #along(value: Value, path: Path, at: At): Value {
    return path.reduce((found, key) => this.memberOf(found, key, at), value)
  }

  /** The function that a transaction is given gets a client. */
  #parameter(binding: Binding, at: At): Value {
    if (binding.origin.kind !== 'parameter') return plain
    const { owner, index, path } = binding.origin
    const call = at.source.names.parentOf.get(owner)
    const isFirst = index === 0 && path.length === 0 && call?.type === 'CallExpression'
    const callee = isFirst && call.arguments[0] === owner ? call.callee : null
    if (callee?.type === 'MemberExpression' && keyOf(callee.property, false) === 'transaction') {
      const client = clientOf(this.value(callee.object, at))
      if (client !== undefined) return client
    }
    return unknown(`${binding.name} is a parameter`)
  }

  #imported(specifier: string, name: string, from: Source): Value {
    const target = this.sources.target(specifier, from.file)
    if (target.kind === 'foreign') return foreign
    if (target.kind === 'missing') return unknown(`${specifier} cannot be found`)
    if (target.kind === 'ours') {
      if (name === '*' || name === 'default') return { kind: 'ours' }
      return kOursByName[name] ?? foreign
    }
    return name === '*' ? { kind: 'module', file: target.file } : this.exported(target.file, name)
  }

  /** What a file exports under a name. */
  exported(file: string, name: string): Value {
    const source = this.sources.read(file)
    if (source instanceof Error) return unknown(`${file} cannot be read`)
    const found = source.names.exports.get(name)
    if (found !== undefined) return this.#exported(found, source)
    for (const star of source.names.stars) {
      const value = this.#imported(star, name, source)
      if (value.kind !== 'unknown' && value.kind !== 'foreign') return value
    }
    return this.#required(source, name)
  }

  #exported({ node, local, from, name = '' }: Exported, source: Source): Value {
    const at: At = { source, arguments: new Map() }
    if (from !== undefined) return this.#imported(from, name, source)
    if (node !== undefined) {
      return isDeclaration(node) ? this.#declared(node, at) : this.value(node, at)
    }
    const binding = source.names.top.find(local ?? '')
    return binding === undefined ? unknown(`${local} is not there`) : this.binding(binding, at)
  }

  /** `module.exports = { … }`, and a name of it. */
  #required({ names }: Source, name: string): Value {
    return names.exports.size === 0 ? unknown(`it exports no ${name}`) : plain
  }

  #module(from: Node, at: At): Value {
    if (from.type !== 'StringLiteral') return unknown('a module that is named at run time')
    return this.#imported(from.value, '*', at.source)
  }

  #member(object: Node, key: string | undefined, at: At): Value {
    const node = bare(object)
    const value = this.value(node, at)
    // Of what the platform has, such as `crypto`, nothing is a part of a query.
    const isGlobal = node.type === 'Identifier' && value.kind === 'unknown' &&
      at.source.names.scopeOf.get(node)?.find(node.name) === undefined
    return isGlobal ? plain : this.memberOf(value, key, at)
  }

  /** A property of a value; each of them where it is not known which one. */
  memberOf(value: Value, key: string | undefined, at: At): Value {
    switch (value.kind) {
      case 'either':
        return either(value.values.map(each => this.memberOf(each, key, at)))
      case 'ours':
        return kOursByName[key ?? ''] ?? (key === 'default' ? value : foreign)
      case 'module':
        return key === undefined ? unknown('a name of a module') : this.exported(value.file, key)
      case 'instance':
        return key === undefined
          ? unknown('a member')
          : this.#memberOfClass(value.node, key, value.at)
      case 'typed':
        return memberOfType(this, value.node, key, value.at)
      case 'plain':
        return value.node === null ? plain : this.#memberOfLiteral(value.node, key, value.at ?? at)
      case 'foreign':
      case 'unknown':
      case 'dynamic':
        return value
      default:
        return unknown(`what ${key ?? 'this'} is cannot be told`)
    }
  }

  #memberOfLiteral(node: Node, key: string | undefined, at: At): Value {
    const found: Value[] = []
    if (node.type === 'ArrayExpression') {
      node.elements.forEach((each, i) => {
        if (each && (key === undefined || key === String(i))) found.push(this.value(each, at))
      })
    } else if (node.type === 'ObjectExpression') {
      for (const each of node.properties) {
        if (each.type === 'SpreadElement') {
          found.push(...eachOf(this.memberOf(this.value(each.argument, at), key, at)))
          continue
        }
        if (key !== undefined && keyOf(each.key, each.computed) !== key) continue
        if (key !== undefined) found.length = 0
        found.push(
          isFunction(each) ? { kind: 'function', node: each, at } : this.value(each.value, at),
        )
      }
    } else if (node.type === 'TSEnumDeclaration') {
      for (const { id, initializer } of node.body?.members ?? node.members ?? []) {
        if (initializer && (key === undefined || keyOf(id, false) === key)) {
          found.push(this.value(initializer, at))
        }
      }
    }
    return found.length === 0 ? plain : either(found)
  }

  #memberOfClass(node: ClassNode, key: string, at: At): Value {
    for (const each of node.body.body) {
      if (each.type === 'ClassMethod' || each.type === 'ClassPrivateMethod') {
        const parameter = each.kind === 'constructor' ? parameterOf(each, key) : undefined
        if (parameter !== undefined) return this.#property(parameter, null, at)
        if (memberKey(each) !== key) continue
        if (each.kind === 'get') return this.called({ kind: 'function', node: each, at }, [], at)
        return { kind: 'function', node: each, at }
      }
      if (/^Class(?:Private|Accessor)?Property$/.test(each.type) && memberKey(each) === key) {
        const { typeAnnotation, value } = each as { typeAnnotation?: Node; value?: Node | null }
        const said = this.#property(typeAnnotation ?? null, value ?? null, at)
        return said.kind === 'unknown' ? this.#assigned(node, key, at) : said
      }
    }
    const base = node.superClass ? this.value(node.superClass, at) : null
    if (base?.kind === 'class') return this.#memberOfClass(base.node, key, base.at)
    return this.#assigned(node, key, at)
  }

  #property(annotation: Node | null, value: Node | null, at: At): Value {
    const said =
      annotation?.type === 'TSTypeAnnotation'
        ? annotatedValue(this, annotation.typeAnnotation, at)
        : unknown('a property')
    return said.kind === 'unknown' && value !== null ? this.value(value, at) : said
  }

  /** What the class assigns to a property of its own. */
  #assigned(node: ClassNode, key: string, at: At): Value {
    const found: Value[] = []
    const { names } = at.source
    for (const [each] of names.parentOf) {
      if (each.type !== 'AssignmentExpression' || each.left.type !== 'MemberExpression') continue
      const { object, property, computed } = each.left
      if (object.type !== 'ThisExpression' || keyOf(property, computed) !== key) continue
      if (enclosingClass(object, at.source) === node) found.push(this.value(each.right, at))
    }
    return found.length === 0 ? unknown(`what ${key} is cannot be told`) : either(found)
  }

  #instance(node: Node, at: At): Value {
    const found = enclosingClass(node, at.source)
    return found === undefined ? unknown('this') : { kind: 'instance', node: found, at }
  }

  #made(value: Value): Value {
    switch (value.kind) {
      case 'class':
        return { ...value, kind: 'instance' }
      case 'pools':
        return { kind: 'pool' }
      case 'foreign':
        return foreign
      default:
        return plain
    }
  }

  #call(node: Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>, at: At): Value {
    const callee = bare(node.callee)
    if (callee.type === 'Import') return this.#module(node.arguments[0] ?? node, at)
    const isRequire = callee.type === 'Identifier' && callee.name === 'require'
    if (isRequire && node.arguments[0]) return this.#module(node.arguments[0], at)
    if (callee.type === 'MemberExpression' || callee.type === 'OptionalMemberExpression') {
      const owner = this.value(callee.object, at)
      const method = keyOf(callee.property, callee.computed)
      if (clientOf(owner) !== undefined) {
        if (method === 'query') return { kind: 'query', node, at }
        return method === 'unsafe' ? { kind: 'raw', node, at } : plain
      }
      // A text that a literal makes of itself is still one that is written down.
      if (owner.kind === 'plain') {
        const member = this.memberOf(owner, method, at)
        return member.kind === 'function'
          ? this.called(member, node.arguments, at)
          : { kind: 'plain', node, at }
      }
    }
    return this.called(this.value(callee, at), node.arguments, at, node)
  }

  /** What a call of a value gives. */
  called(callee: Value, given: readonly Node[], at: At, node: Node | null = null): Value {
    switch (callee.kind) {
      case 'either':
        return either(callee.values.map(each => this.called(each, given, at, node)))
      case 'neon':
        return { kind: 'client', facts: this.#factsOf(given, at) }
      case 'client':
        // The form that the official driver once had: `sql('select $1', [1])`.
        return node === null ? unknown('a query') : { kind: 'query', node, at }
      case 'function':
        return this.#returned(callee.node, given, callee.at, at)
      case 'signature':
        return callee.returns === null
          ? unknown('what it returns is not said')
          : annotatedValue(this, callee.returns, callee.at)
      case 'foreign':
      case 'unknown':
      case 'dynamic':
        return callee
      default:
        return plain
    }
  }

  #returned(node: FunctionNode, given: readonly Node[], home: At, at: At): Value {
    const said =
      node.returnType?.type === 'TSTypeAnnotation'
        ? annotatedValue(this, node.returnType.typeAnnotation, home)
        : unknown('not said')
    if (clientOf(said) !== undefined) return said
    const inner = this.within(node, given, home, at)
    const returns = returnsOf(node)
    if (returns.length === 0) return plain
    return either(returns.map(each => this.value(each, inner)))
  }

  /** Within a function, when it is called with these arguments. */
  within(node: FunctionNode, given: readonly Node[], home: At, at: At): At {
    const values = new Map(home.arguments)
    node.params.forEach((parameter, i) => {
      const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
      const argument = given[i]
      if (target.type !== 'Identifier') return
      const binding = home.source.names.scopeOf.get(node)?.find(target.name)
      if (binding === undefined) return
      const isLeftOut = argument?.type === 'Identifier' && argument.name === 'undefined'
      if (argument !== undefined && !isLeftOut) values.set(binding, this.value(argument, at))
      else if (parameter.type === 'AssignmentPattern') {
        values.set(binding, this.value(parameter.right, home))
      }
    })
    return { source: home.source, arguments: values }
  }

  /** What `neon(url, { … })` says of the form of rows. */
  #factsOf(given: readonly Node[], at: At): ClientFacts {
    const facts = { ...kPlainFacts }
    for (const argument of given.slice(0, 2)) {
      const options = this.value(argument, at)
      if (options.kind !== 'plain' || options.node?.type !== 'ObjectExpression') continue
      const of = (key: string): Node | null => {
        const value = this.#memberOfLiteral(options.node as Node, key, options.at ?? at)
        return value.kind === 'plain' ? value.node : null
      }
      const [arrays, mode, int8] = [of('arrayMode'), of('rowMode'), of('int8')]
      if (arrays?.type === 'BooleanLiteral' && arrays.value) facts.rows = 'array'
      if (mode?.type === 'StringLiteral') facts.rows = mode.value === 'array' ? 'array' : 'object'
      if (int8?.type === 'StringLiteral' && /^(?:bigint|number)$/.test(int8.value)) {
        facts.int8 = int8.value as ClientFacts['int8']
      }
    }
    return facts
  }
}

function hasDynamic(value: Value): boolean {
  return eachOf(value).some(each => each.kind === 'dynamic')
}

/** What is waited for is no query any more but its rows. */
function rowsAre(value: Value): Value {
  return value.kind === 'query' ? plain : value
}

function isDeclaration(node: Node): boolean {
  return /Declaration$/.test(node.type)
}

function memberKey(member: Node): string | undefined {
  const { key, computed } = member as { key: Node; computed?: boolean }
  return keyOf(key, computed === true)
}

/** The annotation of a parameter that is a property too: `constructor(private sql: …)`. */
function parameterOf({ params }: FunctionNode, key: string): Node | undefined {
  for (const each of params) {
    if (each.type !== 'TSParameterProperty') continue
    const { parameter } = each
    const target = parameter.type === 'AssignmentPattern' ? parameter.left : parameter
    const isIt = target.type === 'Identifier' && target.name === key
    if (isIt) return target.typeAnnotation ?? undefined
  }
  return undefined
}

/** The class that `this` is of. */
function enclosingClass(node: Node, { names }: Source): ClassNode | undefined {
  for (let at: Node | undefined = node; at !== undefined; at = names.parentOf.get(at)) {
    if (at.type === 'ClassDeclaration' || at.type === 'ClassExpression') return at
    const isOwn = at.type === 'FunctionExpression' || at.type === 'FunctionDeclaration'
    if (isOwn || at.type === 'ObjectMethod') return undefined
  }
  return undefined
}
