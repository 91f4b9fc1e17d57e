/** Queries as they run, written down for `ballast check`: a JSON object a line, each text once. */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** An event of the client's `onEvent`, as far as it is needed. */
interface Texts {
  text?: readonly string[]
}

// What `ballast migrate` and its like ask of a database is no query of the program. All of it is in
// requests that speak of the journal, or of the schema that the journal is in.
const kOurs = /\bballast\.(?:journal|job)\b|'information_schema', 'ballast'/

/** A file of queries. */
export class Recorder {
  /** For `onEvent` of the client. */
  readonly text = true
  readonly #file: string
  #known: Promise<Set<string>> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /** For `onEvent` of the client. */
  readonly listener = ({ text = [] }: Texts): void => this.add(text)

  /** Writes down those of a request that are new. */
  add(texts: readonly string[]): void {
    if (texts.some(text => kOurs.test(text))) return
    const write = this.#last.then(() => this.#write(texts))
    // Nobody waits for it: a file that cannot be written shows when it is closed.
    write.catch(() => {})
    this.#last = write
  }

  /** Resolves when all is written; throws where something could not be. */
  async close(): Promise<void> {
    await this.#last
  }

  async #write(texts: readonly string[]): Promise<void> {
    const known = await (this.#known ??= this.#read())
    const fresh = [...new Set(texts)].filter(text => !known.has(text))
    if (fresh.length === 0) return
    for (const text of fresh) known.add(text)
    const lines = fresh.map(query => `${JSON.stringify({ query })}\n`)
    await mkdir(dirname(this.#file), { recursive: true })
    await appendFile(this.#file, lines.join(''))
  }

  async #read(): Promise<Set<string>> {
    const lines = (await readFile(this.#file, 'utf8').catch(() => '')).split('\n')
    return new Set(lines.filter(line => line !== '').map(textOf))
  }
}

function textOf(line: string): string {
  try {
    return String((JSON.parse(line) as { query?: unknown }).query)
  } catch {
    return ''
  }
}

/**
 * A listener for `onEvent` that writes each query into a file, for `ballast check`: this is how the
 * queries of a query builder get in, out of its tests.
 *
 * @example
 * const recorder = recordQueries('.ballast/queries.jsonl')
 * const db = drizzle(neon(url, { onEvent: recorder }))
 * // … run the tests …
 * await recorder.close()
 */
export function recordQueries(file: string): Recorder {
  return new Recorder(file)
}
