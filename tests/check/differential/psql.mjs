/**
 * A script of psql, as far as PostgreSQL's regression suite uses it: statements and commands one by
 * one, with variables put in, and the branches of \if that are not taken left out.
 */

const letter = /[a-z_\u0080-\uffff]/i
const word = /[a-z0-9_$\u0080-\uffff]/i
const truths = { on: true, true: true, yes: true, 1: true, t: true, y: true }

/** The end of a dollar quote's opening tag at `at`, or -1. */
function tagEnd(text, at) {
  const tag = /^\$(?:[a-z_\u0080-\uffff][a-z0-9_\u0080-\uffff]*)?\$/i
  const match = tag.exec(text.slice(at, at + 80))
  return match ? at + match[0].length : -1
}

export class Script {
  #text
  #at = 0
  #branches = []
  #environment
  variables
  /** Set by who runs it: whether a backslash is one in plain quotes. */
  plainStrings = true

  constructor(text, { variables = {}, environment = {} } = {}) {
    this.#text = text
    this.variables = new Map(Object.entries(variables))
    this.#environment = environment
  }

  get #active() {
    return this.#branches.every(branch => branch.taken)
  }

  /**
   * The next statement, `{ sql, command, args }`, whose command is `;` or what ended it, or the
   * next command that is left to who runs the script, `{ command, args }`; null at the end.
   */
  next() {
    for (;;) {
      const item = this.#cut()
      if (item === null) return null
      if (item.sql === undefined ? this.#obey(item) : !this.#active) continue
      return item
    }
  }

  /** The lines up to one with a backslash and a dot: data of a COPY. */
  copyData() {
    const rest = this.#text.slice(this.#at)
    const start = rest.indexOf('\n') + 1
    const end = /^\\\.\s*$/m.exec(rest.slice(start))
    if (start === 0 || end === null) return ''
    this.#at += start + end.index + end[0].length
    return rest.slice(start, start + end.index)
  }

  /** Whether the script has seen to a command itself. */
  #obey({ command, args }) {
    const branches = this.#branches
    const condition = () => truths[String(args[0]).toLowerCase()] ?? false
    if (command === 'if') {
      const taken = condition()
      branches.push({ taken, done: taken })
    } else if (command === 'elif' || command === 'else') {
      const branch = branches.at(-1)
      if (branch === undefined) return true
      branch.taken = !branch.done && (command === 'else' || condition())
      branch.done ||= branch.taken
    } else if (command === 'endif') {
      branches.pop()
    } else if (!this.#active) {
      return true
    } else if (command === 'set' && args.length > 0) {
      this.variables.set(args[0], args.slice(1).join(''))
    } else if (command === 'unset') {
      this.variables.delete(args[0])
    } else if (command === 'getenv') {
      const value = this.#environment[args[1]]
      if (value !== undefined) this.variables.set(args[0], value)
    } else if (command === 'q' || command === 'quit') {
      this.#at = this.#text.length
    } else {
      return false
    }
    return true
  }

  #cut() {
    const text = this.#text
    let sql = ''
    let depth = 0
    let blocks = 0
    const words = []
    while (this.#at < text.length) {
      const at = this.#at
      const c = text[at]
      if (sql === '' && /\s/.test(c)) {
        this.#at++
      } else if (text.startsWith('--', at)) {
        const part = this.#upTo(/\n|$/g)
        if (sql !== '') sql += part
      } else if (text.startsWith('/*', at)) {
        const part = this.#comment()
        if (sql !== '') sql += part
      } else if (c === "'" || c === '"') {
        sql += this.#quoted(c, c === "'" && this.#escapes(sql))
      } else if (c === '$' && !word.test(sql.at(-1) ?? ' ') && tagEnd(text, at) > 0) {
        sql += this.#dollars()
      } else if (c === ':') {
        sql += this.#variable()
      } else if (c === '\\') {
        this.#at++
        if (text[this.#at] === ';') {
          this.#at++
          return { sql, command: ';', args: [] }
        }
        const item = this.#command()
        if (sql === '' || !sends.has(item.command)) {
          if (sql === '') return item
          if (item.command === 'r') return { command: 'r', args: [] }
          this.#obey(item)
        } else {
          return { sql: sql.trim(), ...item }
        }
      } else if (c === ';' && depth === 0 && blocks === 0) {
        this.#at++
        if (sql !== '') return { sql: sql.trim(), command: ';', args: [] }
      } else if (letter.test(c) && !word.test(sql.at(-1) ?? ' ')) {
        const part = this.#upTo(/(?![a-z0-9_$\u0080-\uffff])/gi)
        sql += part
        if (words.length < 4) words.push(part.toLowerCase())
        blocks += this.#block(words, part.toLowerCase(), depth, blocks)
      } else {
        if (c === '(') depth++
        if (c === ')') depth--
        sql += c
        this.#at++
      }
    }
    return sql.trim() === '' ? null : { sql: sql.trim(), command: ';', args: [] }
  }

  /** What a word does to the depth of BEGIN ATOMIC, which only routines have. */
  #block(words, one, depth, blocks) {
    const routine = words.slice(1, 4).some(each => each === 'function' || each === 'procedure')
    if (words[0] !== 'create' || !routine || depth > 0) return 0
    if (one === 'begin') return 1
    if (one === 'case') return blocks > 0 ? 1 : 0
    return one === 'end' && blocks > 0 ? -1 : 0
  }

  /** Takes the text up to where a sticky search finds its pattern. */
  #upTo(pattern) {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)
    const end = found === null ? this.#text.length : found.index
    const part = this.#text.slice(this.#at, end)
    this.#at = end
    return part
  }

  #comment() {
    const from = this.#at
    let depth = 0
    while (this.#at < this.#text.length) {
      if (this.#text.startsWith('/*', this.#at)) depth++
      else if (this.#text.startsWith('*/', this.#at)) depth--
      else {
        this.#at++
        continue
      }
      this.#at += 2
      if (depth === 0) break
    }
    return this.#text.slice(from, this.#at)
  }

  #escapes(sql) {
    return /(^|[^a-z0-9_$])e$/i.test(sql) || !(this.plainStrings || /u&$/i.test(sql))
  }

  #quoted(mark, escapes) {
    const from = this.#at++
    while (this.#at < this.#text.length && this.#text[this.#at] !== mark) {
      this.#at += escapes && this.#text[this.#at] === '\\' ? 2 : 1
    }
    this.#at++
    return this.#text.slice(from, this.#at)
  }

  #dollars() {
    const from = this.#at
    const end = tagEnd(this.#text, from)
    const tag = this.#text.slice(from, end)
    const close = this.#text.indexOf(tag, end)
    this.#at = close < 0 ? this.#text.length : close + tag.length
    return this.#text.slice(from, this.#at)
  }

  /** `:name`, `:'name'`, `:"name"` or `:{?name}` with its value, or the colon as it stands. */
  #variable() {
    const rest = this.#text.slice(this.#at, this.#at + 100)
    const [colons] = /^:+/.exec(rest)
    const match = /^:(?:(\w+)|'(\w+)'|"(\w+)"|\{\?(\w+)\})/.exec(rest)
    if (match === null || colons.length > 1) {
      const taken = colons.length > 1 ? colons : ':'
      this.#at += taken.length
      return taken
    }
    const [all, plain, quoted, name, known] = match
    if (known !== undefined) {
      this.#at += all.length
      return this.variables.has(known) ? 'TRUE' : 'FALSE'
    }
    const value = this.variables.get(plain ?? quoted ?? name)
    if (value === undefined) {
      this.#at++
      return ':'
    }
    this.#at += all.length
    if (plain !== undefined) return value
    const mark = quoted !== undefined ? "'" : '"'
    return mark + value.replaceAll(mark, mark + mark) + mark
  }

  /** A command's name and its arguments, which end at the line's end or at another backslash. */
  #command() {
    const command = this.#upTo(/(?![a-z_?!]|(?<=\\)\W)/gi)
    const args = []
    for (;;) {
      this.#upTo(/(?=[^ \t])/g)
      const c = this.#text[this.#at]
      if (c === undefined || c === '\n') break
      if (c === '\\') {
        if (this.#text[this.#at + 1] === '\\') this.#at += 2
        break
      }
      args.push(this.#argument())
    }
    return { command, args }
  }

  #argument() {
    let out = ''
    for (;;) {
      const c = this.#text[this.#at]
      if (c === undefined || /[\s\\]/.test(c)) return out
      if (c === "'") {
        const part = this.#quoted("'", true)
        out += part.slice(1, -1).replace(/\\n/g, '\n').replace(/\\(.)/g, '$1')
      } else if (c === ':') {
        out += this.#variable()
      } else {
        out += c
        this.#at++
      }
    }
  }
}

/** The commands that send what stands before them. */
const sends = new Set([
  ...['g', 'gx', 'gset', 'gexec', 'gdesc', 'crosstabview', 'bind', 'bind_named', 'parse', 'watch'],
])
