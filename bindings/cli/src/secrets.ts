/** What must not be printed: connection strings, passwords and tokens, wherever they turn up. */

const kMask = '***'

// A short secret may be part of an ordinary word; longer ones are hidden even within a word.
const kSureLength = 8

/** Passwords in SQL: `create role … password 'x'`, and `password=x` of a conninfo string. */
const sqlPasswords =
  /(\bpassword(?:\s+|\s*=\s*|\s*\(\s*))(e?'(?:[^'\\]|''|\\.)*'|\$(\w*)\$[\s\S]*?\$\3\$)/gi
const conninfo = /(\bpassword\s*=\s*)([^\s'"(),;]+)/gi

/** Connection strings, but for the one that only shows the form of them. */
const kUrls = /\bpostgres(?:ql)?:\/\/(?!user:password@host\/database\b)[^\s"'`]+/gi

/** Masks the passwords in a text of SQL by as many characters, so that columns stay the same. */
export function hideSqlPasswords(text: string): string {
  const mask = (_: string, before: string, literal: string): string =>
    before + literal.replace(/[^\n']/g, '*')
  return text.replace(sqlPasswords, mask).replace(conninfo, mask)
}

/** The secrets of a run. What is printed goes through `hide`. */
export class Secrets {
  readonly #patterns: RegExp[] = []

  /** Hides a token or a password from now on. */
  add(secret: string): void {
    if (secret === '') return
    for (const text of new Set([secret, encodeURIComponent(secret)])) {
      const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      const sure = text.length >= kSureLength
      this.#patterns.push(
        new RegExp(sure ? escaped : `(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'g'),
      )
    }
  }

  /** Hides a connection string, and the password in it. */
  addUrl(url: string): void {
    const [, user, password, database] =
      /^\w+:\/\/([^:/@]*):(.*)@[^@/]*(?:\/([^?]*))?/.exec(url) ?? []
    const inQuery = /[?&]password=([^&]*)/.exec(url)?.[1]
    for (const found of [password, inQuery]) {
      // A password that is the user's name is none: to hide it would take that name out of all.
      if (found !== undefined && found !== user && found !== database) {
        this.add(found)
        this.add(decoded(found))
      }
    }
    this.add(url)
  }

  /** A text without its secrets. */
  hide(text: string): string {
    const known = this.#patterns.reduce((rest, pattern) => rest.replace(pattern, kMask), text)
    return hideSqlPasswords(known)
      .replace(kUrls, `postgresql://${kMask}`)
      .replace(/\b(https?:\/\/)[^\s/@"'`]+@/gi, `$1${kMask}@`)
      .replace(/\b(bearer\s+)[\w.~+/=-]+/gi, `$1${kMask}`)
  }

  /** A JSON value without the secrets in its texts. */
  hideIn(value: unknown): unknown {
    if (typeof value === 'string') return this.hide(value)
    if (Array.isArray(value)) return value.map(each => this.hideIn(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.hideIn(each)]))
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
