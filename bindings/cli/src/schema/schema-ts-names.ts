/** Names for TypeScript: of a schema's exports, of a table's columns, and texts in quotes. */

// Words that cannot be the name of a constant.
const kReserved =
  'abstract arguments await boolean break case catch class const continue debugger default ' +
  'delete do else enum eval export extends false finally for function if implements import ' +
  'in instanceof interface let new null package private protected public return static ' +
  'super switch this throw true try typeof undefined var void while with yield sql'

// What Drizzle's tables have beside their columns.
const kOfTables = ['_', 'constructor', 'enableRLS', 'getSQL', 'shouldOmitSQLParens']

/** `user_id` and `User ID` as `userId`; what has no letter or digit is `fallback`. */
export function camelCase(name: string, fallback: string): string {
  const words = name.match(/[\p{L}\p{N}$]+/gu) ?? []
  const [first = '', ...rest] = words
  const isShouted = first === first.toUpperCase() && first !== first.toLowerCase()
  const head = isShouted ? first.toLowerCase() : first.charAt(0).toLowerCase() + first.slice(1)
  const text = [head, ...rest.map(word => word.charAt(0).toUpperCase() + word.slice(1))].join('')
  if (text === '') return fallback
  return /^[\p{L}$]/u.test(text) ? text : `_${text}`
}

/** Gives names that are used once. */
export class Names {
  readonly #used: Set<string>

  constructor(used: Iterable<string>) {
    this.#used = new Set(used)
  }

  /** Names for what a module exports; `imported` are taken. */
  static ofModule(imported: Iterable<string>): Names {
    return new Names([...kReserved.split(' '), ...imported])
  }

  /** Names for the columns of a table. */
  static ofTable(): Names {
    return new Names(kOfTables)
  }

  /** The name itself, else with its kind behind it, else with a number. */
  take(wanted: string, kind: string): string {
    const candidates = [wanted, ...(kind === '' ? [] : [wanted + kind])]
    let name = candidates.find(each => !this.#used.has(each))
    for (let i = 2; name === undefined; i++) {
      const numbered = `${wanted}${kind}${i}`
      if (!this.#used.has(numbered)) name = numbered
    }
    this.#used.add(name)
    return name
  }
}

/** A text in single quotes. */
export function quoteJs(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${inner.replace(/[\u007f-\u009f\u2028\u2029]/g, escaped)}'`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A template of Drizzle's `sql`, of SQL as it stands. */
export function sqlTemplate(text: string): string {
  return `sql\`${text.replace(/[\\`]|\$(?=\{)/g, found => `\\${found}`)}\``
}

/** A value of JSON as an expression, its keys without quotes where they need none. */
export function valueJs(value: unknown): string {
  if (typeof value === 'string') return quoteJs(value)
  if (Array.isArray(value)) return `[${value.map(valueJs).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  // In a literal this key would set the prototype.
  const keyOf = (key: string): string =>
    key === '__proto__' ? "['__proto__']" : /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoteJs(key)
  const entries = Object.entries(value).map(([key, each]) => `${keyOf(key)}: ${valueJs(each)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** A text within a comment of one line. */
export function commentText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
}
