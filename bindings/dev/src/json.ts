/**
 * Reading the JSON of a request body.
 *
 * `JSON.parse` will not do: a number must keep its digits (`1.0` and `1` become different
 * parameters), and the message of a bad body names what was found where, in the words of Neon's
 * own parser, which end up in front of the developer.
 */

/** A number as it was written. */
export class JsonNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A parsed JSON value. An object is a Map: a later duplicate of a key replaces the earlier. */
export type Json = null | boolean | string | JsonNumber | Json[] | JsonObject

/** An object, which also remembers the keys that came more than once. */
export class JsonObject {
  readonly entries = new Map<string, Json>()
  readonly duplicates = new Set<string>()
}

/** A body that is not JSON. */
export class JsonError extends Error {}

// The depth at which Neon's parser gives up.
const kMaxDepth = 128

const kWhitespace = /[ \n\r\t]*/y
const kNumber = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
// What may follow a number; anything else in its place is part of a bad number.
const kPlain = /[^"\\\u0000-\u001f]*/y
const kLoneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

class Parser {
  #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Json {
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#fail('trailing characters')
    return value
  }

  /** An error at the character that is at hand; at the end, at the last one. */
  #fail(what: string): JsonError {
    const end = Math.min(this.#at + 1, this.#text.length)
    const before = this.#text.slice(0, end)
    const lines = before.split('\n')
    const column = Buffer.byteLength(lines.at(-1) ?? '')
    return new JsonError(`${what} at line ${lines.length} column ${column}`)
  }

  #space(): void {
    kWhitespace.lastIndex = this.#at
    kWhitespace.exec(this.#text)
    this.#at = kWhitespace.lastIndex
  }

  #value(): Json {
    this.#space()
    const first = this.#text[this.#at]
    switch (first) {
      case undefined:
        throw this.#fail('EOF while parsing a value')
      case '{':
        return this.#nested(() => this.#object())
      case '[':
        return this.#nested(() => this.#array())
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        if (first === '-' || (first >= '0' && first <= '9')) return this.#number()
        throw this.#fail('expected value')
    }
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth >= kMaxDepth) throw this.#fail('recursion limit exceeded')
    const value = read()
    this.#depth--
    return value
  }

  #word<T>(word: string, value: T): T {
    for (const letter of word) {
      if (this.#at >= this.#text.length) throw this.#fail('EOF while parsing a value')
      if (this.#text[this.#at] !== letter) throw this.#fail('expected ident')
      this.#at++
    }
    return value
  }

  #number(): JsonNumber {
    kNumber.lastIndex = this.#at
    const match = kNumber.exec(this.#text)
    if (match === null) {
      this.#at++
      const atEnd = this.#at >= this.#text.length
      throw this.#fail(atEnd ? 'EOF while parsing a value' : 'invalid number')
    }
    this.#at = kNumber.lastIndex
    const next = this.#text[this.#at]
    // `01`, `1.` and `1e` stop the pattern early; what follows shows it.
    if (next !== undefined && /[0-9.eE]/.test(next)) {
      if (!/[0-9]/.test(next)) this.#at++
      throw this.#fail('invalid number')
    }
    if (/[.eE]/.test(match[0]) && !Number.isFinite(Number(match[0]))) {
      throw this.#fail('number out of range')
    }
    return new JsonNumber(match[0])
  }

  #string(): string {
    const start = ++this.#at
    let escaped = false
    for (;;) {
      kPlain.lastIndex = this.#at
      kPlain.exec(this.#text)
      this.#at = kPlain.lastIndex
      const stop = this.#text[this.#at]
      if (stop === undefined) throw this.#fail('EOF while parsing a string')
      if (stop === '"') break
      if (stop !== '\\') {
        throw this.#fail('control character (\\u0000-\\u001F) found while parsing a string')
      }
      escaped = true
      this.#escape()
    }
    const raw = this.#text.slice(start, this.#at)
    if (!escaped) {
      this.#at++
      return raw
    }
    const value = JSON.parse(`"${raw}"`) as string
    if (kLoneSurrogate.test(value)) throw this.#fail('lone leading surrogate in hex escape')
    this.#at++
    return value
  }

  #escape(): void {
    const letter = this.#text[++this.#at]
    if (letter === undefined) throw this.#fail('EOF while parsing a string')
    if (letter === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(this.#text.slice(this.#at + 1, this.#at + 5))) {
        throw this.#fail('invalid escape')
      }
      this.#at += 5
    } else if ('"\\/bfnrt'.includes(letter)) {
      this.#at++
    } else {
      throw this.#fail('invalid escape')
    }
  }

  #array(): Json[] {
    const items: Json[] = []
    this.#at++
    this.#space()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return items
    }
    for (;;) {
      items.push(this.#value())
      this.#space()
      const next = this.#text[this.#at]
      if (next === undefined) throw this.#fail('EOF while parsing a list')
      if (next !== ',' && next !== ']') throw this.#fail('expected `,` or `]`')
      this.#at++
      if (next === ']') return items
      this.#space()
      if (this.#text[this.#at] === ']') throw this.#fail('trailing comma')
    }
  }

  #object(): JsonObject {
    const object = new JsonObject()
    this.#at++
    this.#space()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return object
    }
    for (;;) {
      this.#space()
      const first = this.#text[this.#at]
      if (first === undefined) throw this.#fail('EOF while parsing an object')
      if (first !== '"') throw this.#fail(first === '}' ? 'trailing comma' : 'key must be a string')
      const key = this.#string()
      this.#space()
      const colon = this.#text[this.#at]
      if (colon === undefined) throw this.#fail('EOF while parsing an object')
      if (colon !== ':') throw this.#fail('expected `:`')
      this.#at++
      if (object.entries.has(key)) object.duplicates.add(key)
      object.entries.set(key, this.#value())
      this.#space()
      const next = this.#text[this.#at]
      if (next === undefined) throw this.#fail('EOF while parsing an object')
      if (next !== ',' && next !== '}') throw this.#fail('expected `,` or `}`')
      this.#at++
      if (next === '}') return object
    }
  }
}

/** Parses UTF-8 JSON, or throws a JsonError that says what is wrong and where. */
export function parseJson(bytes: Uint8Array): Json {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new JsonError('invalid unicode code point at line 1 column 1')
  }
  return new Parser(text).document()
}
