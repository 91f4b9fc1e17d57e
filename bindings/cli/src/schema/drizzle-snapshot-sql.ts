/**
 * Takes apart what PostgreSQL prints of indexes and constraints. It prints them in one form only,
 * so words, quotes and parentheses are all that has to be told apart.
 */

/** A character at a time, but what is quoted in one piece. A backslash counts only after an E. */
function piecesOf(text: string): string[] {
  return text.match(/"(?:[^"]|"")*"|\bE'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|[\s\S]/g) ?? []
}

/** A word, a quoted thing or a group in parentheses, with what hangs on it: `lower(email)`. */
function wordsOf(text: string): string[] {
  const words: string[] = []
  let depth = 0
  let word = ''
  for (const piece of piecesOf(text)) {
    if (piece === '(' || piece === '[') depth++
    if (piece === ')' || piece === ']') depth--
    if (depth === 0 && /^\s$/.test(piece)) {
      if (word !== '') words.push(word)
      word = ''
    } else word += piece
  }
  return word === '' ? words : [...words, word]
}

/** The elements of a list, between its commas. */
export function elementsOf(list: string): string[] {
  const elements: string[] = []
  let depth = 0
  let element = ''
  for (const piece of piecesOf(list)) {
    if (piece === '(' || piece === '[') depth++
    if (piece === ')' || piece === ']') depth--
    if (depth === 0 && piece === ',') {
      elements.push(element.trim())
      element = ''
    } else element += piece
  }
  return element.trim() === '' ? elements : [...elements, element.trim()]
}

/** `"it""s"` as the name that it is; a plain word is itself. */
export function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

/** Whether a word is a name and no expression. */
function isName(word: string): boolean {
  return /^(?:[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|"(?:[^"]|"")*")$/.test(word)
}

/** The parentheses around all of a text taken away, as often as there are some. */
export function bare(text: string): string {
  const trimmed = text.trim()
  return trimmed.startsWith('(') && closes(trimmed) ? bare(trimmed.slice(1, -1)) : trimmed
}

/** Whether the parenthesis at the start is closed by the one at the end. */
function closes(text: string): boolean {
  let depth = 0
  let at = 0
  for (const piece of piecesOf(text)) {
    if (piece === '(') depth++
    if (piece === ')') depth--
    at += piece.length
    if (depth === 0) return at === text.length
  }
  return false
}

/** A part of an index. */
export interface IndexPart {
  /** The name of the column, or the expression with all that is said about it. */
  value: string
  isExpression: boolean
  isAscending: boolean
  nullsFirst: boolean
  operatorClass?: string
}

/** What an index is, as far as others can say it too. */
export interface IndexParts {
  method: string
  parts: IndexPart[]
  options: [string, string][]
  where?: string
  /** What is said beyond that, such as INCLUDE. */
  more: string[]
}

/** Takes apart `CREATE INDEX name ON table USING method (…) …`. */
export function indexParts(definition: string): IndexParts {
  const words = wordsOf(definition)
  const using = words.indexOf('USING')
  // `gin` and its list are two words, since PostgreSQL prints a space between them.
  const method = words[using + 1] ?? 'btree'
  const list = inner(words[using + 2] ?? '')
  const result: IndexParts = { method, parts: elementsOf(list).map(partOf), options: [], more: [] }
  for (let i = using + 3; i < words.length; i++) {
    const word = words[i] ?? ''
    if (word === 'WHERE') {
      result.where = bare(words.slice(i + 1).join(' '))
      break
    }
    if (word === 'WITH') result.options = elementsOf(inner(words[++i] ?? '')).map(optionOf)
    else if (word === 'NULLS') {
      result.more.push('NULLS NOT DISTINCT')
      i += 2
    } else {
      result.more.push(word)
      i++
    }
  }
  return result
}

function partOf(text: string): IndexPart {
  const [value = '', ...words] = wordsOf(text)
  const isAscending = !words.includes('DESC')
  const nulls = words.indexOf('NULLS')
  const nullsFirst = nulls === -1 ? !isAscending : words[nulls + 1] === 'FIRST'
  const [first] = words
  const isOther = first !== undefined && !['ASC', 'DESC', 'NULLS'].includes(first)
  if (!isName(value) || first === 'COLLATE' || (isOther && first.includes('('))) {
    return { value: text, isExpression: true, isAscending: true, nullsFirst: false }
  }
  return {
    value: unquoted(value),
    isExpression: false,
    isAscending,
    nullsFirst,
    ...(isOther ? { operatorClass: first.replace(/^public\./, '') } : {}),
  }
}

function optionOf(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1).replace(/^'(.*)'$/s, '$1')]
}

function inner(group: string): string {
  return group.replace(/^\(/, '').replace(/\)$/, '')
}

/** What a foreign key is. */
export interface ForeignKeyParts {
  columnsTo: string[]
  onDelete: string
  onUpdate: string
  more: string[]
}

/** Takes apart `FOREIGN KEY (…) REFERENCES table(…) ON DELETE CASCADE`. */
export function foreignKeyParts(definition: string): ForeignKeyParts {
  const words = wordsOf(definition)
  const at = words.indexOf('REFERENCES')
  const target = words[at + 1] ?? ''
  const open = target.lastIndexOf('(')
  const result: ForeignKeyParts = {
    columnsTo: elementsOf(inner(target.slice(open))).map(unquoted),
    onDelete: 'no action',
    onUpdate: 'no action',
    more: [],
  }
  for (let i = at + 2; i < words.length; i++) {
    if (words[i] !== 'ON') {
      result.more.push(words[i] ?? '')
      continue
    }
    const event = words[++i]
    const first = words[++i] ?? ''
    const action = first === 'SET' || first === 'NO' ? `${first} ${words[++i] ?? ''}` : first
    if (event === 'DELETE') result.onDelete = action.toLowerCase()
    else result.onUpdate = action.toLowerCase()
  }
  return result
}

/** What a key is beside its columns: of `UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b)`. */
export interface KeyParts {
  nullsNotDistinct: boolean
  more: string[]
}

/** Takes apart `PRIMARY KEY (…)` and `UNIQUE (…)`. */
export function keyParts(definition: string): KeyParts {
  const words = wordsOf(definition)
  const list = words.findIndex(word => word.startsWith('('))
  const isPlain = !(words[list] ?? '').includes('WITHOUT OVERLAPS')
  return {
    nullsNotDistinct: words.includes('DISTINCT'),
    more: [...words.slice(list + 1), ...(isPlain ? [] : ['WITHOUT OVERLAPS'])],
  }
}

/** Takes apart `CHECK (…)`. */
export function checkParts(definition: string): { value: string; more: string[] } {
  const [, group = '', ...more] = wordsOf(definition)
  return { value: bare(group), more }
}
