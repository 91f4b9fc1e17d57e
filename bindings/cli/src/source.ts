/** Places in files, and how a compiler shows them. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

import type { Place } from './failure.js'
import { hideSqlPasswords } from './secrets.js'

// What a terminal shows of a long line: enough to recognise the statement by.
const kMaxLine = 96
const kBefore = 60

/** The place of the character at `offset`. */
export function placeAt(file: string, text: string, offset: number): Place {
  const before = text.slice(0, offset)
  const start = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return { file, line, column: [...before.slice(start)].length + 1 }
}

/** A path as people type it: from the working directory, unless that leads far away. */
export function shortPath(file: string): string {
  const path = relative(process.cwd(), file)
  return path === '' || path.startsWith('../..') ? file : path
}

/** `drizzle/0001_users.sql:3:15` */
export function shortPlace({ file, line, column }: Place): string {
  return [shortPath(file), line, column].filter(part => part !== undefined).join(':')
}

/** Characters that would move a terminal's cursor or change its colours, shown as what they are. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, found =>
    found === '\r' ? '' : `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/**
 * The line at a place and a caret below its column, for example
 *
 *     3 | create unique index users_email on users (email);
 *       |                                    ^
 *
 * No lines where the file cannot be read: it may be another checkout's.
 */
export function excerpt({ file, line, column }: Place): string[] {
  if (line === undefined) return []
  let text: string
  try {
    text = hideSqlPasswords(readFileSync(file, 'utf8'))
  } catch {
    return []
  }
  const found = text.split('\n')[line - 1]
  if (found === undefined) return []
  const characters = [...found.replace(/\r$/, '')]
  const from = column === undefined ? 0 : Math.max(0, column - 1 - kBefore)
  const shown = characters.slice(from, from + kMaxLine)
  const cut = from + kMaxLine < characters.length ? ' …' : ''
  const lead = from > 0 ? '… ' : ''
  const gutter = ' '.repeat(String(line).length)
  const lines = [`  ${line} | ${lead}${printable(shown.join('')).replaceAll('\t', ' ')}${cut}`]
  if (column === undefined) return lines
  const before = printable(shown.slice(0, column - 1 - from).join(''))
  return [...lines, `  ${gutter} | ${' '.repeat([...lead, ...before].length)}^`]
}
