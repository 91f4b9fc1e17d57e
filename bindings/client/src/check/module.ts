/** The checker in WebAssembly: `ballast-check.wasm`, with one schema. */
import { BallastError } from '../errors.ts'
import type { ErrorFields } from '../errors.ts'
import type { Frame } from '../instance.ts'
import type { CheckResult, CheckSchema, Diagnostic, Judge } from './result.ts'

/** As much of an instance as a checker needs. */
export interface CheckInstance {
  readonly isSpent: boolean
  start(head: object): number
  step(task: number, head: string, body: Uint8Array): Frame
}

const encoder = new TextEncoder()
const CHECK = '{"check":{}}'
const TRAPPED = 'the checker stopped on a failed check, which is a bug of ballast'

/** Asks an instance. One in which a check has failed is left behind, and another is opened. */
export class ModuleJudge implements Judge {
  readonly migrations: readonly string[]
  readonly #open: () => CheckInstance
  readonly #schema: CheckSchema
  #instance: CheckInstance
  #task: number

  constructor(open: () => CheckInstance, schema: CheckSchema) {
    if (schema?.version !== 1) throw new BallastError(OF_ANOTHER_VERSION)
    const { migration, migrations = migration === null ? [] : [migration] } = schema
    this.migrations = migrations
    this.#open = open
    this.#schema = schema
    this.#instance = open()
    this.#task = this.#begin()
  }

  check(text: string): CheckResult {
    return this.#ask(CHECK, text)
  }

  value(type: string, text: string): Diagnostic | undefined {
    const answer = this.#ask(JSON.stringify({ value: { type } }), text)
    return answer.verdict === 'error' ? answer.error : undefined
  }

  #begin(): number {
    const { searchPath = ['public'], postgres, text } = this.#schema
    const task = this.#instance.start({ checker: { searchPath, postgres } })
    const { head } = this.#instance.step(task, '{"start":{}}', encoder.encode(text))
    if (head['error'] !== undefined) throw new BallastError(head['error'] as ErrorFields)
    return task
  }

  #ask(head: string, text: string): CheckResult {
    try {
      if (this.#instance.isSpent) {
        this.#instance = this.#open()
        this.#task = this.#begin()
      }
      const answer = this.#instance.step(this.#task, head, encoder.encode(text))
      const { done } = answer.head
      return done === undefined ? unchecked(answer.head['error']) : done as CheckResult
    } catch (cause) {
      // A query that cannot be checked is sent, whatever the reason.
      if (!this.#instance.isSpent) throw cause
      return { verdict: 'notChecked', why: TRAPPED }
    }
  }
}

function unchecked(error: unknown): CheckResult {
  const { message } = (error ?? {}) as { message?: string }
  return { verdict: 'notChecked', why: message ?? 'the checker gave no answer' }
}

const OF_ANOTHER_VERSION: ErrorFields = {
  code: 'BQ001',
  message: 'the schema that queries are checked against is not one that this version of ballast ' +
    'can read; write it anew with `ballast types`',
  fate: 'refused',
  attempts: 0,
}
