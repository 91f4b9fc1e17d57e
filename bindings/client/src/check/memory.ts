/** What is known of queries, kept by their texts. */
import type { Field } from '../shape.ts'
import type { Judge, CheckResult } from './result.ts'

/** A query's text, with what is known of it. */
export interface Entry {
  text: string
  result: CheckResult
  /** The description of a result that was compared last. */
  fields: readonly Field[] | undefined
  /** What was told of it already: some things are told once. */
  told: Set<string>
}

// A program has some hundreds of texts. One that writes its values into them never ends.
const ENTRIES_MAX = 500

/** The queries that came last. */
export class Memory {
  readonly #judge: Judge
  readonly #entries = new Map<string, Entry>()

  constructor(judge: Judge) {
    this.#judge = judge
  }

  /** What is known of a text, which is looked at where it is new. */
  of(text: string): Entry {
    let entry = this.#entries.get(text)
    if (entry === undefined) {
      entry = { text, result: this.#judge.check(text), fields: undefined, told: new Set() }
      const [oldest] = this.#entries.keys()
      if (this.#entries.size >= ENTRIES_MAX) this.#entries.delete(oldest as string)
    } else {
      // A map keeps its keys in the order in which they came.
      this.#entries.delete(text)
    }
    this.#entries.set(text, entry)
    return entry
  }
}
