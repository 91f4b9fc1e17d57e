/** Texts that are put together of pieces of source code, and the way back to where those stand. */
import type { Node } from './ast.js'

/** A source file, as far as places in it are concerned. */
export interface SourceText {
  file: string
  text: string
}

/** A piece of a text: what a literal says, or a place where a value goes. */
export type Part =
  | { kind: 'text'; text: string; source: SourceText; start: number; end: number }
  | {
      kind: 'value'
      source: SourceText
      start: number
      /** How the code calls it, for messages. */
      code: string
      /** Whether it may be a part of the query for all that can be told. */
      isUncertain: boolean
    }

/** What a literal between two offsets of a source says, as a part. */
export function literalPart(source: SourceText, start: number, end: number): Part {
  const { text } = cook(source.text.slice(start, end))
  return { kind: 'text', text, source, start, end }
}

/** A text that a program computes, of which a place is all that is known. */
export function madePart(source: SourceText, node: Node, text: string): Part {
  const at = node.start ?? 0
  return { kind: 'text', text, source, start: at, end: at }
}

/** A query as it is sent, each part of it with the place that it comes from. */
export class QueryText {
  readonly text: string
  readonly parts: readonly Part[]
  readonly #starts: readonly number[]

  constructor(parts: readonly Part[]) {
    let text = ''
    let parameters = 0
    const starts: number[] = []
    for (const part of parts) {
      starts.push(text.length)
      text += part.kind === 'text' ? part.text : `$${++parameters}`
    }
    this.text = text
    this.parts = parts
    this.#starts = starts
  }

  /** Where the character at an offset of the text stands in its file. */
  placeOf(offset: number): { source: SourceText; offset: number } | undefined {
    let at = -1
    for (let i = 0; i < this.parts.length && (this.#starts[i] ?? 0) <= offset; i++) {
      // Of an empty part nothing is at any offset, unless it is all that there is.
      if (at === -1 || this.#lengthOf(i) > 0) at = i
    }
    const part = this.parts[at]
    if (part === undefined) return undefined
    const { source, start } = part
    if (part.kind === 'value' || part.start === part.end) return { source, offset: start }
    const { offsets } = cook(source.text.slice(start, part.end))
    const within = Math.min(offset - (this.#starts[at] ?? 0), offsets.length - 1)
    return { source, offset: start + (offsets[within] ?? 0) }
  }

  /** The value that stands at an offset of the text, or right before it. */
  valueAt(offset: number): Extract<Part, { kind: 'value' }> | undefined {
    const at = this.parts.findIndex((_, i) => {
      const start = this.#starts[i] ?? 0
      return start <= offset && offset < start + this.#lengthOf(i)
    })
    const part = this.parts[at]
    return part?.kind === 'value' ? part : undefined
  }

  #lengthOf(at: number): number {
    return (this.#starts[at + 1] ?? this.text.length) - (this.#starts[at] ?? 0)
  }
}

const kEscapes: Readonly<Record<string, string>> = {
  n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0',
}

const kEscape = /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[^]))|\r\n?/y

/** What the source of a literal means, and for each of its units where in the source it stands. */
function cook(raw: string): { text: string; offsets: number[] } {
  let text = ''
  const offsets: number[] = []
  for (let at = 0; at < raw.length; ) {
    const first = raw.charCodeAt(at)
    let piece = raw.charAt(at)
    let width = 1
    if (first === 0x5c || first === 0x0d) {
      kEscape.lastIndex = at
      const found = kEscape.exec(raw)
      if (found !== null) {
        piece = meaningOf(found)
        width = found[0].length
      }
    }
    for (let i = 0; i < piece.length; i++) offsets.push(at)
    text += piece
    at += width
  }
  offsets.push(raw.length)
  return { text, offsets }
}

function meaningOf([all, braced, four, two, one]: RegExpExecArray): string {
  if (all.startsWith('\r')) return '\n'
  const code = braced ?? four ?? two
  if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
  // A line that goes on in the next one.
  if (one === undefined || /^[\r\n\u2028\u2029]/.test(one)) return ''
  return kEscapes[one] ?? one
}

const kStatement =
  /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/|\()*(?:select|insert|update|delete|merge|with|values|table)\b/i

/** Whether a text begins as a query does, and not as a part of one. */
export function isStatement(text: string): boolean {
  return kStatement.test(text)
}
