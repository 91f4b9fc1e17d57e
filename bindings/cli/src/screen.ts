/** Where a command's words go: results to stdout, progress and errors to stderr, or all as JSON. */
import pc from 'picocolors'

import type { Failure, Finding, Place, Question } from './failure.js'
import { annotation, isGithub, withoutCommands } from './github.js'
import { Secrets } from './secrets.js'
import { excerpt, printable, shortPath, shortPlace } from './source.js'

// A log is read later: more than a line a second of progress says nothing more.
const kPlainMs = 1000

/** A stream as this file needs it. */
export interface Out {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
  hasColors?(): boolean
}

/** How a screen is made; streams and clock can be replaced by tests. */
export interface ScreenOptions {
  json: boolean
  out?: Out
  err?: Out
  github?: boolean
  now?: () => number
}

/** Prints for people, or one JSON event a line. Nothing that it prints holds a secret. */
export class Screen {
  readonly secrets = new Secrets()
  readonly json: boolean
  readonly #out: Out
  readonly #err: Out
  readonly #github: boolean
  readonly #now: () => number
  readonly #colors: ReturnType<typeof pc.createColors>
  #status = ''
  #lastPlain = -Infinity
  #lastText = ''

  constructor(options: ScreenOptions) {
    this.json = options.json
    this.#out = options.out ?? process.stdout
    this.#err = options.err ?? process.stderr
    this.#github = options.github ?? isGithub
    this.#now = options.now ?? Date.now
    this.#colors = pc.createColors(this.#err.isTTY === true && this.#err.hasColors?.() !== false)
  }

  /** An event for programs; people are told by the other methods. */
  event(event: object): void {
    if (this.json) this.#out.write(`${JSON.stringify(this.secrets.hideIn(event))}\n`)
  }

  /** The result, for people. */
  say(text: string): void {
    if (this.json) return
    this.#clear()
    this.#out.write(`${this.#safe(text)}\n`)
  }

  /** What is under way, for people: a line that stays. */
  note(text: string): void {
    if (!this.json) this.#line(this.#safe(text))
  }

  /** How far it is: a line that the next one takes the place of, or at most a line a second. */
  status(text: string): void {
    if (this.json) return
    const safe = this.#safe(text).replaceAll('\n', ' ')
    if (this.#err.isTTY === true) {
      const width = Math.max(20, (this.#err.columns || 80) - 1)
      const cut = [...safe].length > width ? `${[...safe].slice(0, width - 1).join('')}…` : safe
      if (cut === this.#status) return
      this.#err.write(`\r\u001b[2K${this.#colors.dim(cut)}`)
      this.#status = cut
      return
    }
    const now = this.#now()
    if (now - this.#lastPlain < kPlainMs || safe === this.#lastText) return
    this.#lastPlain = now
    this.#lastText = safe
    this.#err.write(`${safe}\n`)
  }

  /** Something that is risky, or not as it should be, and does not end the command. */
  warn(finding: Finding): void {
    const { place, code, message } = finding
    this.event({ event: 'warning', code, message, ...placeFields(place) })
    const head = place === undefined ? '' : `${shortPlace(place)}: `
    this.note(`${head}${this.#colors.yellow('warning')}: ${printable(message)}`)
    this.#annotate('warning', finding)
  }

  /** The end of a command that failed. */
  fail({ findings, fields }: Failure): void {
    const [first, ...others] = findings.map(({ place, hideLine: _, ...rest }) => ({
      ...rest,
      ...placeFields(place),
    }))
    const more = others.length === 0 ? {} : { others }
    this.event({ event: 'error', ...fields, ...first, ...more })
    for (const finding of findings) {
      if (!this.json) for (const line of this.#lines(finding)) this.#line(this.#safe(line))
      this.#annotate('error', finding)
    }
  }

  /** The end of a command that needs an answer. */
  ask({ message, flag, fields }: Question): void {
    this.event({ event: 'question', message, ...fields, answer: flag })
    this.note(`${printable(message)}\nThis needs an answer. To say yes, run it again with ${flag}.`)
  }

  /** Takes the status line away, so that a prompt can stand in its place. */
  done(): void {
    this.#clear()
  }

  #lines(finding: Finding): string[] {
    const { place, code, message, detail, hint, statement, notes = [], advice } = finding
    const where = place === undefined ? 'ballast: ' : `${shortPlace(place)}: `
    const kind = this.#colors.red(code === null ? 'error' : `error ${code}`)
    const labelled = (label: string, text: string | undefined): string[] =>
      text === undefined || text === ''
        ? []
        : [`  ${this.#colors.bold(label)}: ${printable(text).replaceAll('\n', '\n    ')}`]
    return [
      `${this.#colors.bold(where)}${kind}: ${printable(message)}`,
      ...(place === undefined || finding.hideLine === true ? [] : excerpt(place)),
      ...(place === undefined ? labelled('statement', statement) : []),
      ...labelled('detail', detail),
      ...labelled('hint', hint),
      ...notes.map(note => `  ${printable(note)}`),
      ...(advice === undefined ? [] : [`  ${advice}`]),
    ]
  }

  #annotate(kind: 'error' | 'warning', finding: Finding): void {
    if (this.#github) this.#err.write(`${this.secrets.hide(annotation(kind, finding))}\n`)
  }

  #line(text: string): void {
    this.#clear()
    this.#err.write(`${text}\n`)
  }

  #clear(): void {
    if (this.#status === '') return
    this.#err.write('\r\u001b[2K')
    this.#status = ''
  }

  #safe(text: string): string {
    const hidden = this.secrets.hide(text)
    return this.#github ? withoutCommands(hidden) : hidden
  }
}

function placeFields(place: Place | undefined): object {
  return place === undefined ? {} : { ...place, file: shortPath(place.file) }
}
