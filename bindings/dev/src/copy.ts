/**
 * Finding `COPY … FROM STDIN` in SQL. PGlite has no way to ask its caller for more input, and
 * ends its process when a statement does, so such a statement must never reach it.
 */

// What a statement is made of, as far as this question goes. Comments nest in PostgreSQL, which a
// pattern cannot follow, so they are skipped by hand.
const kLetter = 'A-Za-z_\\u0080-\\uffff'
const kToken = new RegExp(
  [
    '\\s+',
    '--[^\\n]*',
    '/\\*',
    "[eE]'(?:[^'\\\\]|\\\\[^]|'')*'",
    "'(?:[^']|'')*'",
    '"(?:[^"]|"")*"',
    `\\$(?:[${kLetter}][${kLetter}0-9]*)?\\$`,
    `[${kLetter}][${kLetter}0-9$]*`,
    '[^]',
  ].join('|'),
  'y',
)

function skipComment(sql: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  let depth = 1
  for (let found = mark.exec(sql); found !== null; found = mark.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return mark.lastIndex
  }
  return sql.length
}

/** The words and signs of SQL in lower case, without space, comments and the insides of strings. */
function* tokens(sql: string): Generator<string> {
  let at = 0
  while (at < sql.length) {
    kToken.lastIndex = at
    const token = kToken.exec(sql)?.[0] ?? ''
    at += token.length
    if (token === '/*') {
      at = skipComment(sql, at)
    } else if (token.length > 1 && token.startsWith('$')) {
      const end = sql.indexOf(token, at)
      at = end < 0 ? sql.length : end + token.length
      yield "'"
    } else if (!/^(?:\s|--)/.test(token)) {
      yield /^(?:[eE]?'|")/.test(token) ? token.slice(-1) : token.toLowerCase()
    }
  }
}

/** Whether a statement in `sql` copies from the client. */
export function copiesFromStdin(sql: string): boolean {
  if (!/copy/i.test(sql) || !/stdin/i.test(sql)) return false
  let first = true
  let copy = false
  let previous = ''
  for (const token of tokens(sql)) {
    if (first) copy = token === 'copy'
    first = token === ';'
    if (copy && previous === 'from' && token === 'stdin') return true
    previous = token
  }
  return false
}
