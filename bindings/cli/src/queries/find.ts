/** Finds the queries of a project: templates of a client's tag, and calls of its `query`. */
import { bare, childrenOf, isFunction, keyOf, type Node } from './ast.js'
import { Calls } from './calls.js'
import { codeOf, Composer, type Composition } from './compose.js'
import { Evaluator } from './evaluate.js'
import type { Resolver } from './resolve.js'
import { Sources, type Source } from './sources.js'
import { isStatement, QueryText } from './text.js'
import { clientOf, eachOf, type At, type ClientFacts } from './value.js'

/** A query in a file, with all the texts that it can have. */
export interface FoundQuery {
  source: Source
  /** Where it stands: the first character of its text, or of the call. */
  offset: number
  texts: readonly QueryText[]
  /** Of a template: the tag, whose type argument can be written. */
  tag: Extract<Node, { type: 'TaggedTemplateExpression' }> | null
  facts: ClientFacts | null
}

/** A query that nobody can read without running the program. */
export interface UnreadQuery {
  source: Source
  offset: number
  why: string
}

/** A file that cannot be read at all. */
export interface UnreadFile {
  file: string
  why: string
}

/** What was found. */
export interface Found {
  files: number
  queries: FoundQuery[]
  unread: UnreadQuery[]
  unreadFiles: UnreadFile[]
}

// Files with none of these have no query that stands by itself, and are only looked into where
// others import something of them.
const kOurs = /\bballast\b|@neondatabase\/serverless/
const kWords = /\b(?:select|insert|update|delete|merge|with|values|table|call)\b/i
const kForms = /`|\.\s*query\b/
const kCalls = /\.\s*query\s*[(<]/
// Comments before a query are shorter than this.
const kHead = 2000
const kWritten = /^\/\/ Written by `ballast/

/** Finds the queries in these files. */
export function findQueries(files: readonly string[], resolver: Resolver): Found {
  const finder = new Finder(new Sources(resolver))
  for (const file of files) finder.look(file)
  return finder.finish()
}

type CallNode = Extract<Node, { type: 'CallExpression' | 'OptionalCallExpression' }>
type SiteNode = CallNode | Extract<Node, { type: 'TaggedTemplateExpression' }>

/** What was found out about a template or a call, in one of the ways in which it is come to. */
type Look =
  | { kind: 'query'; composed: Composition; facts: ClientFacts | null }
  | { kind: 'unknown'; why: string }
  | { kind: 'other' }

const kOther: Look = { kind: 'other' }

class Finder {
  readonly #sources: Sources
  readonly #evaluator: Evaluator
  readonly #composer: Composer
  readonly #calls: Calls
  readonly #sites: { node: SiteNode; at: At }[] = []
  readonly #found: { node: Node; query: FoundQuery }[] = []
  readonly #unread: { node: Node; query: UnreadQuery }[] = []
  readonly #unreadFiles: UnreadFile[] = []
  #files = 0

  constructor(sources: Sources) {
    this.#sources = sources
    this.#evaluator = new Evaluator(sources)
    this.#composer = new Composer(this.#evaluator)
    this.#calls = new Calls(this.#evaluator)
  }

  look(file: string): void {
    const source = this.#sources.read(file)
    if (source instanceof Error) {
      this.#unreadFiles.push({ file, why: source.message })
      return
    }
    const { text, program } = source
    if (kWritten.test(text)) return
    this.#files++
    const isLikely = kOurs.test(text) || kCalls.test(text)
    if (!isLikely && !(kWords.test(text) && kForms.test(text))) return
    this.#visit(program, { source, arguments: new Map() })
  }

  finish(): Found {
    for (const { node, at } of this.#sites) this.#judge(node, at)
    const isPart = ({ node }: { node: Node }): boolean =>
      this.#composer.parts.has(node) && !this.#isAlsoSent(node)
    return {
      files: this.#files,
      queries: this.#found.filter(each => !isPart(each)).map(({ query }) => query),
      unread: this.#unread.filter(each => !isPart(each)).map(({ query }) => query),
      unreadFiles: this.#unreadFiles,
    }
  }

  #visit(node: Node, at: At): void {
    const isCall = node.type === 'CallExpression' || node.type === 'OptionalCallExpression'
    if (isCall) this.#calls.note(node, at)
    if (isCall || node.type === 'TaggedTemplateExpression') this.#sites.push({ node, at })
    for (const child of childrenOf(node)) this.#visit(child, at)
  }

  /** Looks at a template or a call in each way in which the program comes to it. */
  #judge(node: SiteNode, at: At): void {
    const { source } = at
    const looks = this.#calls.around(node, at).map(each => this.#look(node, each))
    const queries = looks.filter(look => look.kind === 'query')
    const offset = offsetOf(node)
    const [first] = queries
    if (first === undefined) {
      const unknown = looks.find(look => look.kind === 'unknown')
      if (unknown !== undefined) this.#miss(node, source, offset, unknown.why)
      return
    }
    const texts: QueryText[] = []
    for (const { composed } of queries) {
      if (composed.ways === undefined) {
        this.#miss(node, source, offset, composed.why)
        return
      }
      texts.push(...composed.ways.map(way => new QueryText(way)))
    }
    const tag = node.type === 'TaggedTemplateExpression' ? node : null
    const { facts } = first
    this.#found.push({ node, query: { source, offset, texts: distinct(texts), tag, facts } })
  }

  #look(node: SiteNode, at: At): Look {
    const { source } = at
    const query = (facts: ClientFacts | null): Look => {
      return { kind: 'query', composed: this.#composer.query(node, at), facts }
    }
    if (node.type === 'TaggedTemplateExpression') {
      const tag = this.#evaluator.value(node.tag, at)
      const client = clientOf(tag)
      if (client !== undefined) return query(client.facts)
      const head = source.text.slice(offsetOf(node)).slice(0, kHead)
      const isMaybe = eachOf(tag).some(({ kind }) => kind === 'unknown') && isStatement(head)
      return isMaybe ? { kind: 'unknown', why: whatIs(node.tag, source) } : kOther
    }
    const callee = bare(node.callee)
    const [text] = node.arguments
    if (text === undefined) return kOther
    if (callee.type !== 'MemberExpression' && callee.type !== 'OptionalMemberExpression') {
      // What gives a client back is no query: `neon(…)`, `database(env)`.
      if (callee.type !== 'Identifier') return kOther
      const client = clientOf(this.#evaluator.value(callee, at))
      return client === undefined ? kOther : query(client.facts)
    }
    if (keyOf(callee.property, callee.computed) !== 'query') return kOther
    const owner = this.#evaluator.value(callee.object, at)
    const client = clientOf(owner)
    if (client !== undefined || owner.kind === 'pool') return query(client?.facts ?? null)
    if (!eachOf(owner).some(({ kind }) => kind === 'unknown')) return kOther
    const { ways } = this.#composer.text(text, at)
    const isSql = ways?.some(way => isStatement(new QueryText(way).text)) === true
    return isSql ? { kind: 'unknown', why: whatIs(callee.object, source) } : kOther
  }

  #miss(node: Node, source: Source, offset: number, why: string): void {
    this.#unread.push({ node, query: { source, offset, why } })
  }

  /** Whether a template that is part of another one is a query of its own as well. */
  #isAlsoSent(node: Node): boolean {
    const query = this.#found.find(each => each.node === node)?.query
    if (query === undefined || !query.texts.every(({ text }) => isStatement(text))) return false
    return new Uses(this.#evaluator).isSent(node, query.source)
  }
}

/** Where the value of an expression goes. */
class Uses {
  readonly #evaluator: Evaluator
  readonly #seen = new Set<Node>()

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** Whether it goes anywhere but into templates. */
  isSent(node: Node, source: Source): boolean {
    if (this.#seen.has(node)) return false
    this.#seen.add(node)
    const { parentOf } = source.names
    const parent = parentOf.get(node)
    if (parent === undefined) return true
    switch (parent.type) {
      case 'TemplateLiteral':
        return false
      case 'VariableDeclarator':
        return this.#isNameSent(parent.id, source)
      case 'AssignmentExpression':
        return parent.right !== node || this.#isNameSent(parent.left, source)
      case 'ConditionalExpression':
        return parent.test === node || this.isSent(parent, source)
      case 'LogicalExpression':
      case 'ParenthesizedExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
        return this.isSent(parent, source)
      case 'ReturnStatement':
      case 'ArrowFunctionExpression':
        return this.#isResultSent(parent, source)
      case 'ObjectProperty':
      case 'ArrayExpression':
      case 'ObjectExpression':
        return this.isSent(parent, source)
      default:
        return true
    }
  }

  #isNameSent(target: Node, source: Source): boolean {
    if (target.type !== 'Identifier') return true
    const binding = source.names.scopeOf.get(target)?.find(target.name)
    if (binding === undefined) return true
    return binding.references.some(each => {
      const parent = source.names.parentOf.get(each)
      // Other files may only do with what is exported what these do.
      if (parent?.type === 'ExportSpecifier') return false
      if (parent?.type === 'CallExpression' && parent.callee === each) {
        return this.isSent(parent, source)
      }
      const isMember = parent?.type === 'MemberExpression' && parent.object === each
      return this.isSent(isMember ? parent : each, source)
    })
  }

  #isResultSent(node: Node, source: Source): boolean {
    const { parentOf } = source.names
    let at: Node | undefined = node
    while (at !== undefined && !isFunction(at)) at = parentOf.get(at)
    if (at === undefined) return true
    if (at.type === 'FunctionDeclaration' && at.id) return this.#isNameSent(at.id, source)
    const parent = parentOf.get(at)
    return parent?.type === 'VariableDeclarator' ? this.#isNameSent(parent.id, source) : true
  }
}

function distinct(texts: readonly QueryText[]): QueryText[] {
  return [...new Map(texts.map(each => [each.text, each])).values()]
}

/** The first character of a query's text, or of what makes it. */
function offsetOf(node: SiteNode): number {
  if (node.type === 'TaggedTemplateExpression') return (node.quasi.start ?? 0) + 1
  const inner = bare(node.arguments[0] ?? node)
  const isLiteral = inner.type === 'StringLiteral' || inner.type === 'TemplateLiteral'
  return (inner.start ?? 0) + (isLiteral ? 1 : 0)
}

function whatIs(node: Node, source: Source): string {
  return `it cannot be told what ${codeOf(node, source.text)} is`
}
