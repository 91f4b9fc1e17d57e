import { roomFor, writeHex } from './core.ts'
import type { Statement } from './events.ts'
import { SqlTemplate, isBytes, isPlainValue } from './fragment.ts'
import type { ParameterizedQuery } from './fragment.ts'
import { bytesOf, toText } from './params.ts'
import type { QueryData } from './promise.ts'

/** A request's body. It is bytes where it holds many bytes, which a string would only slow down. */
export type Body = string | Uint8Array<ArrayBuffer>

/** A query with its placeholders numbered and its parameters as text. */
export function statementOf(data: QueryData): Statement {
  const { query, params } = numbered(data)
  return { query, params: params.map(toText) }
}

/** The body of a request for one query. */
export function bodyOf(data: QueryData): Body {
  if (data instanceof SqlTemplate && data.values.every(isPlainValue)) {
    return (openings.get(data.strings) ?? openingOf(data)) + paramsOf(data.values) + ']}'
  }
  const query = numbered(data)
  return query.params.some(isLarge) ? bytesOfQueries('', [query], '') : textOf(query)
}

/** The body of a request for a batch. */
export function batchBodyOf(data: readonly QueryData[]): Body {
  const queries = data.map(numbered)
  return queries.some(({ params }) => params.some(isLarge))
    ? bytesOfQueries('{"queries":[', queries, ']}')
    : `{"queries":[${queries.map(textOf).join(',')}]}`
}

function numbered(data: QueryData): ParameterizedQuery {
  return data instanceof SqlTemplate ? data.toParameterizedQuery() : data
}

function textOf({ query, params }: ParameterizedQuery): string {
  return openingOfText(query) + paramsOf(params) + ']}'
}

function paramsOf(params: readonly unknown[]): string {
  let out = ''
  for (let i = 0; i < params.length; i++) {
    const text = toText(params[i])
    out += (i === 0 ? '' : ',') + (text === null ? 'null' : quoted(text))
  }
  return out
}

const SHORT_MAX = 64
const NEEDS_NO_ESCAPE = /^[ !#-[\]-~]*$/

/** A string as JSON. Most parameters are short and plain, and need no more than quotes. */
function quoted(text: string): string {
  return text.length <= SHORT_MAX && NEEDS_NO_ESCAPE.test(text) ? `"${text}"` : JSON.stringify(text)
}

// What a body begins with, up to its parameters, is the same whenever the query is the same. A
// template of the source code is one array, however often it runs.
const openings = new WeakMap<readonly string[], string>()

function openingOf(template: SqlTemplate): string {
  const opening = openingOfText(template.toParameterizedQuery().query)
  // Frozen is what makes it the same text the next time.
  if (Object.isFrozen(template.strings)) openings.set(template.strings, opening)
  return opening
}

// Text that comes as a string is found by its value. A program that writes its values into its
// texts never sends one twice: then this stays small, and costs a little.
const TEXTS_MAX = 128
const TEXT_SIZE_MAX = 2048
const texts = new Map<string, string>()

function openingOfText(query: string): string {
  let opening = texts.get(query)
  if (opening === undefined) {
    opening = `{"query":${JSON.stringify(query)},"params":[`
    if (query.length <= TEXT_SIZE_MAX) {
      if (texts.size >= TEXTS_MAX) texts.clear()
      texts.set(query, opening)
    }
  }
  return opening
}

// Bytes from this many on are written into the body as they leave the core.
const LARGE_MIN = 2048

function isLarge(value: unknown): boolean {
  return isBytes(value) && value.byteLength >= LARGE_MIN
}

/** Queries of which some have large bytes among their parameters. */
function bytesOfQueries(
  before: string, queries: readonly ParameterizedQuery[], after: string,
): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder()
  // JSON text and, between two of them, the bytes whose digits stand there.
  const parts: { text: Uint8Array, bytes: Uint8Array }[] = []
  let text = before
  queries.forEach(({ query, params }, q) => {
    text += (q === 0 ? '' : ',') + openingOfText(query)
    params.forEach((value, i) => {
      if (i > 0) text += ','
      if (isBytes(value) && isLarge(value)) {
        parts.push({ text: encoder.encode(text + '"\\\\x'), bytes: bytesOf(value) })
        text = '"'
      } else {
        text += paramsOf([value])
      }
    })
    text += ']}'
  })
  const end = encoder.encode(text + after)
  const size = parts.reduce((sum, part) => sum + part.text.length + 2 * part.bytes.length, 0)
  const body = roomFor(size + end.length)
  let at = 0
  for (const part of parts) {
    body.set(part.text, at)
    at = writeHex(part.bytes, body, at + part.text.length)
  }
  body.set(end, at)
  return body
}
