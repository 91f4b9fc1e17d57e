/** Puts the texts of queries together, as they would be when the program runs. */
import { bare, keyOf, type Node } from './ast.js'
import type { Evaluator } from './evaluate.js'
import { literalPart, madePart, type Part } from './text.js'
import { eachOf, type At, type Value } from './value.js'

/** All the ways in which a text can come out, or why nobody can tell. */
export type Composition =
  | { ways: readonly (readonly Part[])[]; why?: undefined }
  | { ways?: undefined; why: string }

// Two choices in each of six places. What has more is written by a query builder.
const kMaxWays = 64

/** Composes queries of templates, of texts, and of what they hold. */
export class Composer {
  readonly #evaluator: Evaluator
  /** The templates and calls that are parts of others. */
  readonly parts = new Set<Node>()

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** The texts of a template or of `sql.query('…')`. */
  query(node: Node, at: At): Composition {
    if (node.type === 'TaggedTemplateExpression') return this.#template(node.quasi, at, true)
    if (node.type !== 'CallExpression' && node.type !== 'OptionalCallExpression') {
      return { why: 'it is no query' }
    }
    const [text] = node.arguments
    return text === undefined ? { why: 'it has no text' } : this.text(text, at)
  }

  /** The texts that an expression can be. */
  text(given: Node, at: At): Composition {
    const node = bare(given)
    const { source } = at
    switch (node.type) {
      case 'StringLiteral': {
        const [start, end] = [node.start ?? 0, node.end ?? 0]
        return { ways: [[literalPart(source, start + 1, end - 1)]] }
      }
      case 'NumericLiteral':
        return { ways: [[madePart(source, node, String(node.value))]] }
      case 'TemplateLiteral':
        return this.#template(node, at, false)
      case 'BinaryExpression':
        if (node.operator !== '+') break
        return joined([this.text(node.left, at), this.text(node.right, at)])
      case 'CallExpression':
        return this.#textOfCall(node, at)
      default:
    }
    return this.#textOf(node, this.#evaluator.value(node, at), source.text)
  }

  #textOf(node: Node, value: Value, code: string): Composition {
    const parts: (readonly Part[])[] = []
    for (const each of eachOf(value)) {
      const isWritten = each.kind === 'plain' && each.node !== null && each.at !== null
      if (!isWritten || each.node === node || !isText(each.node as Node)) {
        return { why: `${codeOf(node, code)} is known only when the program runs` }
      }
      const composed = this.text(each.node as Node, each.at as At)
      if (composed.ways === undefined) return composed
      parts.push(...composed.ways)
    }
    return bounded(parts)
  }

  /** `['a', 'b'].join('\n')`, `'…'.trim()`, and functions that return texts. */
  #textOfCall(node: Extract<Node, { type: 'CallExpression' }>, at: At): Composition {
    const callee = bare(node.callee)
    const { source } = at
    if (callee.type === 'MemberExpression') {
      const method = keyOf(callee.property, callee.computed)
      const object = bare(callee.object)
      if (method === 'trim') return this.text(object, at)
      const list = method === 'join' ? this.#listOf(object, at) : null
      const [between] = node.arguments
      if (list !== null) {
        const separator: Composition =
          between === undefined
            ? { ways: [[madePart(source, node, ',')]] }
            : this.text(between, at)
        return joined(list.flatMap((each, i) => (i === 0 ? [each] : [separator, each])))
      }
    }
    return this.#textOf(node, this.#evaluator.value(node, at), source.text)
  }

  #listOf(node: Node, at: At): Composition[] | null {
    const value = this.#evaluator.value(node, at)
    if (value.kind !== 'plain' || value.node?.type !== 'ArrayExpression') return null
    const home = value.at ?? at
    return value.node.elements.map(each =>
      each === null ? { why: 'a list with gaps' } : this.text(each, home),
    )
  }

  /** A template: of a tag its values are parameters or parts, else they are texts too. */
  #template(
    node: Extract<Node, { type: 'TemplateLiteral' }>,
    at: At,
    isTagged: boolean,
  ): Composition {
    const { source } = at
    const pieces = node.quasis.flatMap((quasi, i): Composition[] => {
      const text = literalPart(source, quasi.start ?? 0, quasi.end ?? 0)
      const expression = node.expressions[i]
      const own: Composition = { ways: [[text]] }
      if (expression === undefined) return [own]
      return [own, isTagged ? this.#slot(expression, at) : this.text(expression, at)]
    })
    return joined(pieces)
  }

  /** What stands in `${…}`. */
  #slot(expression: Node, at: At): Composition {
    const { source } = at
    const code = codeOf(expression, source.text)
    const start = expression.start ?? 0
    const ways: (readonly Part[])[] = []
    for (const value of eachOf(this.#evaluator.value(expression, at))) {
      if (value.kind === 'dynamic') return { why: `${code}: ${value.why}` }
      if (value.kind === 'query' || value.kind === 'raw') {
        const part = this.#part(value.node, value.at)
        if (part.ways === undefined) return part
        ways.push(...part.ways)
        continue
      }
      // Several values are one parameter.
      if (ways.some(way => way.length === 1 && way[0]?.kind === 'value')) continue
      ways.push([{ kind: 'value', source, start, code, isUncertain: value.kind === 'unknown' }])
    }
    return bounded(ways)
  }

  #part(node: Node, at: At): Composition {
    if (this.#open.has(node)) return { why: 'it is put together of itself' }
    this.#open.add(node)
    try {
      this.parts.add(node)
      return this.query(node, at)
    } finally {
      this.#open.delete(node)
    }
  }

  readonly #open = new Set<Node>()
}

/** Whether a node may be a text, so that asking again leads anywhere. */
function isText(node: Node): boolean {
  return /^(?:StringLiteral|NumericLiteral|TemplateLiteral|BinaryExpression|CallExpression)$/.test(
    node.type,
  )
}

/** Each way of each, one after the other. */
function joined(pieces: readonly Composition[]): Composition {
  let ways: (readonly Part[])[] = [[]]
  for (const piece of pieces) {
    if (piece.ways === undefined) return piece
    const { ways: next } = piece
    if (ways.length * next.length > kMaxWays) return { why: kTooMany }
    ways = ways.flatMap(before => next.map(after => [...before, ...after]))
  }
  return { ways }
}

function bounded(ways: readonly (readonly Part[])[]): Composition {
  return ways.length > kMaxWays ? { why: kTooMany } : { ways }
}

const kTooMany = `there are more than ${kMaxWays} ways in which it can come out`

/** An expression as it is written, short enough for a message. */
export function codeOf(node: Node, text: string): string {
  const code = text.slice(node.start ?? 0, node.end ?? 0).replace(/\s+/g, ' ')
  return code.length > 40 ? `${code.slice(0, 39)}…` : code
}
