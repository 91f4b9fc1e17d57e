/** Writes the type argument of templates into the files that they stand in. */
import type { Node } from './ast.js'
import type { Source } from './sources.js'

/** A template, and the type of its rows. */
export interface TagType {
  source: Source
  tag: Extract<Node, { type: 'TaggedTemplateExpression' }>
  row: string
}

const kTyped = /\.[cm]?tsx?$/

// A type that is longer than this stands better on lines of its own.
const kMaxInline = 88

/** The texts of the files in which something changes. A type that a person has named is left. */
export function withTypes(types: readonly TagType[]): Map<string, string> {
  const byFile = new Map<Source, TagType[]>()
  for (const each of types) {
    if (!kTyped.test(each.source.file)) continue
    byFile.set(each.source, [...(byFile.get(each.source) ?? []), each])
  }
  const changed = new Map<string, string>()
  for (const [source, list] of byFile) {
    const text = list
      .sort((a, b) => (b.tag.start ?? 0) - (a.tag.start ?? 0))
      .reduce((before, each) => withType(before, each), source.text)
    if (text !== source.text) changed.set(source.file, text)
  }
  return changed
}

function withType(text: string, { source, tag, row }: TagType): string {
  const { typeParameters } = tag as { typeParameters?: { params: Node[] } & Node }
  const [only] = typeParameters?.params ?? []
  const isWritten = only?.type === 'TSTypeLiteral' || only?.type === 'TSTupleType' ||
    (only?.type === 'TSUnionType' && only.types.every(each => each.type === 'TSTypeLiteral'))
  if (only !== undefined && !isWritten) return text
  const start = typeParameters?.start ?? tag.tag.end ?? 0
  const end = typeParameters?.end ?? start
  const old = source.text.slice(start, end)
  const wanted = laidOut(row, indentAt(source.text, start), start - lineAt(source.text, start))
  // What differs in its layout alone was laid out by a formatter.
  if (squeezed(old) === squeezed(`<${row}>`)) return text
  return `${text.slice(0, start)}<${wanted}>${text.slice(end)}`
}

function laidOut(row: string, indent: string, column: number): string {
  if (column + row.length <= kMaxInline || !row.startsWith('{ ')) return row
  const members = membersOf(row).map(member => `${indent}  ${member}\n`)
  return `{\n${members.join('')}${indent}}`
}

/** The members of an object's type that is one line. */
function membersOf(row: string): string[] {
  const found: string[] = []
  let depth = 0
  let quote = ''
  let from = 2
  for (let i = 2; i < row.length - 1; i++) {
    const at = row.charAt(i)
    if (quote !== '') {
      if (at === '\\') i++
      else if (at === quote) quote = ''
    } else if (at === "'" || at === '"') quote = at
    else if (/[{([<]/.test(at)) depth++
    else if (/[})\]>]/.test(at)) depth--
    else if (at === ';' && depth === 0) {
      found.push(row.slice(from, i).trim())
      from = i + 1
    }
  }
  return [...found, row.slice(from, -1).trim()].filter(member => member !== '')
}

/** The same without what a formatter may change. */
function squeezed(type: string): string {
  return type
    .replace(/[\s;,]+/g, ' ')
    .replace(/"([^"'\\]*)"/g, "'$1'")
    .replace(/\s*([<>{}()|:[\]])\s*/g, '$1')
    .replace(/(^|[<(:])\|/g, '$1')
}

function lineAt(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

function indentAt(text: string, offset: number): string {
  return /^[ \t]*/.exec(text.slice(lineAt(text, offset)))?.[0] ?? ''
}
