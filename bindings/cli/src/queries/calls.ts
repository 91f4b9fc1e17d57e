/** Calls of a program's own functions that hand them a client, or a part of a query. */
import { isFunction, type FunctionNode, type Node } from './ast.js'
import type { Evaluator } from './evaluate.js'
import { eachOf, type At } from './value.js'

type CallNode = Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>

const kHanded = new Set(['client', 'query', 'raw'])

/** Knows with what functions are called, as far as it is no ordinary value. */
export class Calls {
  readonly #evaluator: Evaluator
  readonly #calls = new Map<FunctionNode, { node: CallNode; home: At; at: At }[]>()
  readonly #handed = new Set<FunctionNode>()

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** Takes note of a call. */
  note(node: CallNode, at: At): void {
    if (node.arguments.length === 0) return
    for (const callee of eachOf(this.#evaluator.value(node.callee, at))) {
      if (callee.kind !== 'function') continue
      const calls = this.#calls.get(callee.node) ?? []
      calls.push({ node, home: callee.at, at })
      this.#calls.set(callee.node, calls)
      const isHanded = node.arguments.some(each =>
        eachOf(this.#evaluator.value(each, at)).some(({ kind }) => kHanded.has(kind)),
      )
      if (isHanded) this.#handed.add(callee.node)
    }
  }

  /** How things are at a node, in each call of the function around it that matters. */
  around(node: Node, at: At): At[] {
    const { parentOf } = at.source.names
    for (let each: Node | undefined = node; each !== undefined; each = parentOf.get(each)) {
      if (!isFunction(each) || !this.#handed.has(each)) continue
      const callee = each
      return (this.#calls.get(callee) ?? []).map(({ node: call, home, at: from }) =>
        this.#evaluator.within(callee, call.arguments, home, from),
      )
    }
    return [at]
  }
}
