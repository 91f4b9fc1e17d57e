/** The SQL as it is put together, line by line, and what each line came from. */

/** What a line of the SQL was made of. */
export interface Origin {
  /** As people call it: `column "email" of table "users"`. */
  what: string
  /** The file whose export it is, where it is one. */
  file?: string | undefined
  /** The name of that export. */
  export?: string | undefined
}

/** The first line of what came from somewhere; it goes on until the next one. */
export interface Where extends Origin {
  line: number
}

/** A part of a statement, which begins on a line of its own. */
export interface Part {
  text: string
  origin: Origin
}

/** Collects statements. */
export class Script {
  readonly #lines: string[] = []
  readonly #where: Where[] = []

  get sql(): string {
    return this.#lines.map(line => `${line}\n`).join('')
  }

  get where(): readonly Where[] {
    return this.#where
  }

  /** A statement that came from one place; the semicolon is added. */
  add(text: string, origin: Origin): void {
    this.#push(`${closed(text)};`, origin)
  }

  /** A statement with a list in parentheses, each item of which has its own origin. */
  addList(head: string, items: readonly Part[], origin: Origin): void {
    if (items.length === 0) return this.add(`${head} ()`, origin)
    this.#push(`${head} (`, origin)
    for (const [index, item] of items.entries()) {
      const comma = index < items.length - 1 ? ',' : ''
      this.#push(`  ${closed(item.text)}${comma}`, item.origin)
    }
    this.#push(');', origin)
  }

  #push(text: string, origin: Origin): void {
    this.#where.push({ ...origin, line: this.#lines.length + 1 })
    this.#lines.push(...text.split('\n'))
  }
}

/** A comment at the end of a text must not take what follows with it. */
function closed(text: string): string {
  const last = text.slice(text.lastIndexOf('\n') + 1)
  return last.includes('--') ? `${text}\n` : text
}

/** What the text at a line of the SQL came from; PostgreSQL's errors have a position. */
export function whereIs(where: readonly Where[], line: number): Where | undefined {
  return where.filter(each => each.line <= line).at(-1)
}
