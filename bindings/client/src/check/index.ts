/**
 * Checks queries as PostgreSQL would, against a schema and with no database: syntax, names, types,
 * parameters. It is a WebAssembly module of its own, which only its importers load.
 *
 * @example
 * import { neon } from 'ballast'
 * import { checker } from 'ballast/check'
 * import { schema } from './ballast/schema.js'
 *
 * const check = checker(schema)
 * const sql = neon(env.DATABASE_URL, { check })
 * await sql`select emial from users`
 * // BallastError 42703: column "emial" does not exist
 *
 * @module
 */
import module from '#check-wasm'
import type { OnViolation, QueryCheck, Runners } from '../guard.ts'
import { Instance } from '../instance.ts'
import { Guard } from './guard.ts'
import { ModuleJudge } from './module.ts'
import type { CheckResult, CheckSchema, Diagnostic, Judge } from './result.ts'
import { listJudge } from './verified.ts'
import type { VerifiedCheck } from './verified.ts'

/** A check against a schema. */
export class Checker implements QueryCheck {
  readonly #schema: CheckSchema
  readonly #judge: Judge
  readonly #guard: Guard

  constructor(schema: CheckSchema, judge: Judge) {
    this.#schema = schema
    this.#judge = judge
    this.#guard = new Guard(judge)
  }

  /** What PostgreSQL would say of a query, without sending it. */
  check(text: string): CheckResult {
    return this.#judge.check(text)
  }

  /** What PostgreSQL would say of a text that is no value of a type; undefined where it may be. */
  value(type: string, text: string): Diagnostic | undefined {
    return this.#judge.value(type, text)
  }

  /** The same with a list in front, as far as it was made with the same schema. */
  with({ list }: VerifiedCheck): Checker {
    if (list.schema !== this.#schema.hash) return this
    return new Checker(this.#schema, listJudge(list, this.#judge))
  }

  guard(runners: Runners, onViolation: OnViolation | undefined): Runners {
    return this.#guard.guard(runners, onViolation)
  }
}

/**
 * A check against a schema. Make it once, where a Worker starts: that is when the schema is read.
 *
 * @example
 * const check = checker(schema).with(verified(queries))
 */
export function checker(schema: CheckSchema): Checker {
  const open = (): Instance => new Instance(module, 'ballast-check.wasm')
  return new Checker(schema, new ModuleJudge(open, schema))
}

export type { CheckReport, OnViolation, QueryCheck, Verdict } from '../guard.ts'
export type {
  Accepted, CheckResult, CheckSchema, Diagnostic, Parameter, ResultColumn, TableUse,
} from './result.ts'
