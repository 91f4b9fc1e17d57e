/** Source files as trees, and what reading them needs: children, parents, what only wraps. */
import { parse, type ParserPlugin } from '@babel/parser'
import type { Expression, File, Node } from '@babel/types'

export type { Expression, Node } from '@babel/types'

const kCommon: readonly ParserPlugin[] = [
  'decorators-legacy',
  'explicitResourceManagement',
  'importAttributes',
  'decoratorAutoAccessors',
  'deferredImportEvaluation',
  'sourcePhaseImports',
]

/** The tree of a file, as far as it can be read; throws where nothing can. */
export function parseSource(file: string, text: string): File {
  const isTyped = /\.[cm]?tsx?$/.test(file)
  // In .ts a type in angle brackets is a cast, so that there JSX cannot be.
  const hasJsx = !/\.[cm]?ts$/.test(file)
  return parse(text, {
    sourceType: 'unambiguous',
    errorRecovery: true,
    allowReturnOutsideFunction: true,
    allowAwaitOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowSuperOutsideMethod: true,
    allowUndeclaredExports: true,
    plugins: [
      ...kCommon,
      ...(isTyped ? (['typescript'] as const) : []),
      ...(hasJsx ? (['jsx'] as const) : []),
    ],
  })
}

const kNoChildren = new Set(['loc', 'extra', 'comments', 'tokens', 'errors', 'start', 'end'])

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'
}

/** The nodes below a node, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const found: Node[] = []
  for (const [key, value] of Object.entries(node)) {
    if (kNoChildren.has(key) || key.endsWith('Comments')) continue
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each)) found.push(each)
    } else if (isNode(value)) found.push(value)
  }
  return found
}

/** What an expression is without what only says something of its type. */
export function bare(node: Node): Node {
  switch (node.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
      return bare(node.expression)
    default:
      return node
  }
}

/** The name of a property that is written down: `a.b`, `a['b']`, `{ b: … }`. */
export function keyOf(key: Node, isComputed: boolean): string | undefined {
  if (!isComputed && key.type === 'Identifier') return key.name
  if (key.type === 'PrivateName') return `#${key.id.name}`
  if (key.type === 'StringLiteral') return key.value
  if (key.type === 'NumericLiteral') return String(key.value)
  return undefined
}

/** A function of any form. */
export type FunctionNode = Extract<
  Node,
  {
    type:
      | 'FunctionDeclaration'
      | 'FunctionExpression'
      | 'ArrowFunctionExpression'
      | 'ObjectMethod'
      | 'ClassMethod'
      | 'ClassPrivateMethod'
  }
>

const kFunction =
  /^(?:Function(?:Declaration|Expression)|ArrowFunctionExpression|(?:Object|Class\w*)Method)$/

export function isFunction(node: Node): node is FunctionNode {
  return kFunction.test(node.type)
}

/** What a function can return: its expression, or those of its `return`s. */
export function returnsOf(node: FunctionNode): Expression[] {
  if (node.body.type !== 'BlockStatement') return [node.body]
  const found: Expression[] = []
  const visit = (each: Node): void => {
    if (each.type === 'ReturnStatement' && each.argument) found.push(each.argument)
    if (isFunction(each) || each.type === 'ClassBody') return
    for (const child of childrenOf(each)) visit(child)
  }
  for (const child of childrenOf(node.body)) visit(child)
  return found
}
