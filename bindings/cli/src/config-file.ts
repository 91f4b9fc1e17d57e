/** Reads the text of `ballast.config.json`; a mistake says where it is and what would be right. */
import { distance } from 'fastest-levenshtein'
import { findNodeAtLocation, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'
import type * as z from 'zod'

import { configSchema, type ConfigFile } from './config-schema.js'
import { Failure, type Finding } from './failure.js'
import { placeAt } from './source.js'

type Issue = z.core.$ZodIssue
type Path = (string | number)[]

const kSecretAdvice =
  'A connection string is a secret and does not belong in this file. Put it into an environment ' +
  'variable, or for your own machine into .dev.vars or .env, and have "url" name that variable.'

/** The configuration that `text` of `file` holds. Throws a `Failure` with every mistake in it. */
export function parseConfig(file: string, text: string): ConfigFile {
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { allowTrailingComma: true })
  const fail = (findings: Finding[]): never => {
    throw new Failure(findings)
  }
  if (errors.length > 0 || tree === undefined) {
    const [{ error, offset } = { error: undefined, offset: 0 }] = errors
    const why = error === undefined ? 'it is empty' : words(printParseErrorCode(error))
    fail([{ code: null, message: `this is not JSON: ${why}`, place: placeAt(file, text, offset) }])
  }
  const root = tree as Node
  const at = (path: Path): Finding['place'] => placeAt(file, text, keyNode(root, path).offset)
  const secrets = urlsIn(root).map(
    (node): Finding => ({
      code: null,
      message: 'a connection string in the configuration',
      place: placeAt(file, text, node.offset),
      advice: kSecretAdvice,
      // The line would show what the message keeps to itself.
      hideLine: true,
    }),
  )
  if (secrets.length > 0) fail(secrets)
  const result = configSchema.safeParse(getNodeValue(root))
  if (result.success) return result.data
  const findings = result.error.issues.flatMap(flatten).flatMap(issue => findingsOf(issue, at))
  return fail(findings.sort((a, b) => rank(a) - rank(b)))
}

function rank({ place }: Finding): number {
  return place === undefined ? 0 : (place.line ?? 0) * 10_000 + (place.column ?? 0)
}

/** `CloseBraceExpected` as words. */
function words(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, letter => ` ${letter}`).toLowerCase()
}

function urlsIn(node: Node): Node[] {
  if (node.type === 'string') return /postgres(ql)?:\/\//i.test(node.value) ? [node] : []
  return (node.children ?? []).flatMap(urlsIn)
}

/** The key at `path` where there is one, since that is what a mistake is about; else its value. */
function keyNode(root: Node, path: Path): Node {
  const value = findNodeAtLocation(root, path) ?? root
  const key = value.parent?.type === 'property' ? value.parent.children?.[0] : undefined
  return key ?? value
}

/** Of a value that could be several things, the mistakes of the one that it comes closest to. */
function flatten(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const close = issue.errors.find(
    issues => issues.length > 0 && issues.every(each => each.path.length > 0 || isKeys(each)),
  )
  if (close === undefined) return [issue]
  return close.map(each => ({ ...each, path: [...issue.path, ...each.path] })).flatMap(flatten)
}

function isKeys(issue: Issue): boolean {
  return issue.code === 'unrecognized_keys'
}

function findingsOf(issue: Issue, at: (path: Path) => Finding['place']): Finding[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(key => {
      const near = nearest(key, path)
      const advice = near === undefined ? {} : { advice: `Did you mean "${near}"?` }
      const message = `there is no key "${[...path, key].join('.')}"`
      return { code: null, message, place: at([...path, key]), ...advice }
    })
  }
  const name = path.length === 0 ? 'the configuration' : `"${path.join('.')}"`
  const message = path.length === 0 ? 'must be an object: { "migrations": "…" }' : issue.message
  return [{ code: null, message: `${name} ${message}`, place: at(path) }]
}

/** The key that a wrong one was probably meant to be: at most a third of it has to change. */
function nearest(key: string, path: Path): string | undefined {
  const known = path[0] === 'drizzle' ? ['schema', 'table'] : Object.keys(configSchema.shape)
  const lower = key.toLowerCase()
  const [best] = known
    .map(name => ({ name, far: distance(lower, name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
  return best !== undefined && best.far <= Math.max(1, key.length / 3) ? best.name : undefined
}
