/**
 * Checks by a list that `ballast check` has written: a query that is in it costs one look-up, and
 * no WebAssembly is loaded.
 *
 * @example
 * import { verified } from 'ballast/verified'
 * import { queries } from './ballast/verified.js'
 *
 * const sql = neon(env.DATABASE_URL, { check: verified(queries) })
 *
 * @module
 */
import { BallastError } from '../errors.ts'
import { hashOf } from '../events.ts'
import type { OnViolation, QueryCheck, Runners } from '../guard.ts'
import { Guard } from './guard.ts'
import type { CheckResult, Judge } from './result.ts'

/** A type: its name, and its oid where it is built in, else 0. */
type ListedType = readonly [name: string, oid: number]

/** A query: flags, the types of its parameters, and of its columns by name. */
type ListedQuery = readonly [
  /** 1 where it writes nothing. */
  readOnly: number,
  parameters: readonly number[],
  /** Name, type, and modifier where there is one. */
  columns: readonly (readonly [name: string, type: number, modifier?: number])[],
]

/** The list, as `ballast check` writes it into `verified.js`. */
export interface VerifiedQueries {
  version: 1
  postgres: number
  migration: string | null
  migrations?: readonly string[]
  /** Names the schema that it is for, as `hash` of `schema.js` does. */
  schema: string
  types: readonly ListedType[]
  /** By the hash of each text. */
  queries: Readonly<Record<string, ListedQuery>>
}

/** A check by a list. */
export class VerifiedCheck implements QueryCheck {
  /** The list itself. */
  readonly list: VerifiedQueries
  readonly #guard: Guard

  constructor(list: VerifiedQueries) {
    if (list?.version !== 1) throw ofAnotherVersion()
    this.list = list
    this.#guard = new Guard(listJudge(list))
  }

  guard(runners: Runners, onViolation: OnViolation | undefined): Runners {
    return this.#guard.guard(runners, onViolation)
  }
}

/** A check by a list alone: what is not in it is sent without a check. */
export function verified(list: VerifiedQueries): VerifiedCheck {
  return new VerifiedCheck(list)
}

/** Names the text of a query, in the list and in events. */
export function queryHash(text: string): string {
  return hashOf([text])
}

/** What a list knows, and for the rest, where there is one, another judge. */
export function listJudge(list: VerifiedQueries, rest?: Judge): Judge {
  const { migration, migrations = migration === null ? [] : [migration] } = list
  return {
    migrations,
    check: text => resultOf(list, queryHash(text)) ?? rest?.check(text) ?? UNLISTED,
    value: (type, text) => rest?.value(type, text),
  }
}

const UNLISTED =
  { verdict: 'notChecked', why: 'it is not in the list of verified queries' } as const

function resultOf({ types, queries }: VerifiedQueries, hash: string): CheckResult | undefined {
  if (!Object.hasOwn(queries, hash)) return undefined
  const [readOnly, parameters, columns] = queries[hash] as ListedQuery
  const typeOf = (at: number): { type: string, oid: number } => {
    const [type, oid] = types[at] as ListedType
    return { type, oid }
  }
  return {
    verdict: 'ok',
    command: '',
    readOnly: readOnly === 1,
    parameters: parameters.map(at => ({ ...typeOf(at), element: 0, nullable: true })),
    columns: columns.map(([name, at, modifier = -1]) =>
      ({ name, ...typeOf(at), modifier, nullable: true })),
  }
}

function ofAnotherVersion(): BallastError {
  return new BallastError({
    code: 'BQ001',
    message: 'the list of verified queries is not one that this version of ballast can read; ' +
      'write it anew with `ballast check`',
    fate: 'refused',
    attempts: 0,
  })
}

export type { CheckReport, OnViolation, QueryCheck, Verdict } from '../guard.ts'
