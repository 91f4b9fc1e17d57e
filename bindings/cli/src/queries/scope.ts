/** Names and what they stand for: one walk over a file's tree. */
import type { Node, TSType } from '@babel/types'

import { childrenOf, isFunction, keyOf, type FunctionNode } from './ast.js'

/** The way from a value to a part of it that a pattern names: `{ a: { b } }` is `['a', 'b']`. */
export type Path = readonly string[]

/** Where the value of a name comes from. */
export type Origin =
  | { kind: 'value'; node: Node; path: Path }
  | { kind: 'parameter'; owner: FunctionNode; index: number; path: Path }
  | { kind: 'import'; from: string; name: string }
  | { kind: 'declaration'; node: Node }
  | { kind: 'unknown' }

/** A name within a scope. */
export interface Binding {
  name: string
  origin: Origin
  /** What its type is said to be, and the way to it within that. */
  annotation: { type: TSType; path: Path } | null
  /** What is assigned to it later. */
  writes: Node[]
  /** Whether it is changed by something other than an assignment. */
  isChanged: boolean
  /** Where it is spoken of, but for where it is assigned to. */
  references: Node[]
}

/** Names that hold within a part of a file. */
export class Scope {
  readonly parent: Scope | null
  readonly #isFunction: boolean
  readonly #bindings = new Map<string, Binding>()

  constructor(parent: Scope | null, isFunction: boolean) {
    this.parent = parent
    this.#isFunction = isFunction
  }

  /** The name, here or in what is around. */
  find(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.parent?.find(name)
  }

  /** What `var` belongs to. */
  get outer(): Scope {
    return this.#isFunction || this.parent === null ? this : this.parent.outer
  }

  declare(name: string, origin: Origin, annotation: Binding['annotation'] = null): void {
    const found = this.#bindings.get(name)
    // Types and values have the same name at times; what is a value is what matters.
    if (found !== undefined && found.origin.kind !== 'unknown') {
      if (origin.kind === 'value') found.writes.push(origin.node)
      return
    }
    this.#bindings.set(name, {
      name,
      origin,
      annotation,
      writes: [],
      isChanged: false,
      references: found?.references ?? [],
    })
  }
}

/** What a file exports, by name. */
export interface Exported {
  /** An expression or a declaration of this file, or a name of it. */
  node?: Node
  local?: string
  /** Of another file. */
  from?: string
  name?: string
}

/** The names of a file. */
export interface Names {
  scopeOf: Map<Node, Scope>
  parentOf: Map<Node, Node>
  exports: Map<string, Exported>
  /** The files whose exports are all exported from here. */
  stars: string[]
  top: Scope
}

/** Reads the names of a file. */
export function readNames(program: Node): Names {
  const top = new Scope(null, true)
  const names: Names = {
    scopeOf: new Map(),
    parentOf: new Map(),
    exports: new Map(),
    stars: [],
    top,
  }
  new Reader(names).declareAll(program, top)
  new Binder(names).visit(program)
  return names
}

/** Finds what is declared: before anything is looked up, since a function may come later. */
class Reader {
  readonly #names: Names

  constructor(names: Names) {
    this.#names = names
  }

  declareAll(node: Node, scope: Scope): void {
    const { scopeOf, parentOf } = this.#names
    let inner = scope
    if (isFunction(node)) inner = this.#function(node, scope)
    else if (isBlock(node)) inner = new Scope(scope, node.type === 'StaticBlock')
    scopeOf.set(node, inner)
    this.#declare(node, scope, inner)
    for (const child of childrenOf(node)) {
      parentOf.set(child, node)
      this.declareAll(child, inner)
    }
  }

  #function(node: FunctionNode, scope: Scope): Scope {
    const inner = new Scope(scope, true)
    if (node.type === 'FunctionExpression' && node.id) {
      inner.declare(node.id.name, { kind: 'declaration', node })
    }
    node.params.forEach((parameter, index) => {
      const target = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter
      this.#pattern(target, [], inner, path => ({ kind: 'parameter', owner: node, index, path }))
    })
    return inner
  }

  #declare(node: Node, scope: Scope, inner: Scope): void {
    switch (node.type) {
      case 'VariableDeclaration': {
        const target = node.kind === 'var' ? scope.outer : scope
        for (const { id, init } of node.declarations) {
          this.#pattern(id, [], target, path =>
            init ? { kind: 'value', node: init, path } : { kind: 'unknown' },
          )
        }
        break
      }
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
      case 'TSEnumDeclaration':
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        if (node.id) scope.declare(node.id.name, { kind: 'declaration', node })
        break
      case 'CatchClause':
        if (node.param) this.#pattern(node.param, [], inner, () => ({ kind: 'unknown' }))
        break
      case 'ImportDeclaration':
        for (const each of node.specifiers) {
          const name =
            each.type === 'ImportDefaultSpecifier'
              ? 'default'
              : each.type === 'ImportNamespaceSpecifier'
                ? '*'
                : (keyOf(each.imported, false) ?? '')
          scope.declare(each.local.name, { kind: 'import', from: node.source.value, name })
        }
        break
      default:
        this.#export(node)
    }
  }

  #export(node: Node): void {
    const { exports, stars } = this.#names
    if (node.type === 'ExportAllDeclaration') stars.push(node.source.value)
    else if (node.type === 'ExportDefaultDeclaration') {
      exports.set('default', { node: node.declaration })
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const name of node.declaration ? namesIn(node.declaration) : []) {
        exports.set(name, { local: name })
      }
      for (const each of node.specifiers) {
        const name = keyOf(each.exported, false) ?? ''
        if (each.type === 'ExportNamespaceSpecifier' && node.source) {
          exports.set(name, { from: node.source.value, name: '*' })
        } else if (each.type === 'ExportSpecifier') {
          const local = keyOf(each.local, false) ?? ''
          exports.set(name, node.source ? { from: node.source.value, name: local } : { local })
        }
      }
    }
  }

  /** Declares the names that a pattern has. */
  #pattern(
    node: Node,
    path: Path,
    scope: Scope,
    origin: (path: Path) => Origin,
    said: Binding['annotation'] = null,
  ): void {
    const own = (node as { typeAnnotation?: Node | null }).typeAnnotation
    const annotation =
      own?.type === 'TSTypeAnnotation' ? { type: own.typeAnnotation, path: [] } : said
    const within = (key: string): Binding['annotation'] =>
      annotation === null ? null : { type: annotation.type, path: [...annotation.path, key] }
    switch (node.type) {
      case 'Identifier':
        scope.declare(node.name, origin(path), annotation)
        break
      case 'AssignmentPattern':
        this.#pattern(node.left, path, scope, origin, annotation)
        break
      case 'RestElement':
        this.#pattern(node.argument, path, scope, () => ({ kind: 'unknown' }))
        break
      case 'ObjectPattern':
        for (const each of node.properties) {
          if (each.type === 'RestElement') {
            this.#pattern(each, path, scope, origin)
            continue
          }
          const key = keyOf(each.key, each.computed) ?? ''
          this.#pattern(each.value, [...path, key], scope, origin, within(key))
        }
        break
      case 'ArrayPattern':
        node.elements.forEach((each, i) => {
          if (each) this.#pattern(each, [...path, String(i)], scope, origin, within(String(i)))
        })
    }
  }
}

/** Finds where names are spoken of and written to. */
class Binder {
  readonly #names: Names

  constructor(names: Names) {
    this.#names = names
  }

  visit(node: Node): void {
    const { scopeOf } = this.#names
    if (node.type === 'Identifier' && this.#isReference(node)) {
      scopeOf.get(node)?.find(node.name)?.references.push(node)
    } else if (node.type === 'AssignmentExpression') this.#assigned(node)
    else if (node.type === 'UpdateExpression') this.#changed(node.argument)
    else if (node.type === 'ForOfStatement' || node.type === 'ForInStatement') {
      this.#changed(node.left)
    }
    for (const child of childrenOf(node)) this.visit(child)
  }

  #assigned(node: Extract<Node, { type: 'AssignmentExpression' }>): void {
    const { left, operator, right } = node
    if (left.type !== 'Identifier') {
      if (left.type !== 'MemberExpression') this.#changed(left)
      return
    }
    const binding = this.#names.scopeOf.get(left)?.find(left.name)
    if (binding === undefined) return
    if (/^(?:\?\?|\|\||&&)?=$/.test(operator)) binding.writes.push(right)
    else binding.isChanged = true
  }

  #changed(node: Node): void {
    if (node.type === 'Identifier') {
      const binding = this.#names.scopeOf.get(node)?.find(node.name)
      if (binding !== undefined) binding.isChanged = true
      return
    }
    if (node.type === 'VariableDeclaration' || /Pattern$/.test(node.type)) {
      for (const child of childrenOf(node)) this.#changed(child)
    }
  }

  #isReference(node: Node): boolean {
    const parent = this.#names.parentOf.get(node)
    if (parent === undefined) return false
    switch (parent.type) {
      case 'MemberExpression':
      case 'OptionalMemberExpression':
        return parent.object === node || parent.computed
      case 'ObjectProperty':
        return parent.value === node || parent.computed
      case 'VariableDeclarator':
        return parent.init === node
      case 'AssignmentExpression':
        return parent.right === node
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ClassDeclaration':
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        return false
      default:
        return true
    }
  }
}

const kBlock =
  /^(?:(?:Block|For|ForOf|ForIn|Switch)Statement|CatchClause|StaticBlock|TSModuleBlock)$/

function isBlock(node: Node): boolean {
  return kBlock.test(node.type)
}

function namesIn(declaration: Node): string[] {
  if (declaration.type !== 'VariableDeclaration') {
    const { id } = declaration as { id?: Node | null }
    return id?.type === 'Identifier' ? [id.name] : []
  }
  const found: string[] = []
  const visit = (node: Node): void => {
    if (node.type === 'Identifier') found.push(node.name)
    else if (node.type === 'ObjectProperty') visit(node.value)
    else if (node.type === 'AssignmentPattern') visit(node.left)
    else if (node.type === 'ObjectPattern' || node.type === 'ArrayPattern') {
      for (const child of childrenOf(node)) visit(child)
    }
  }
  for (const { id } of declaration.declarations) visit(id)
  return found
}
