/** Checks queries, and holds each verdict against what the embedded PostgreSQL says. */
import { checker, type Accepted, type Checker, type CheckResult } from 'ballast/check'

import type { DescribedQuery, EndState } from './end-state.js'

declare const VERSION: string

/** What came of a query. */
export type Verdict =
  | { kind: 'ok'; facts: Accepted }
  | { kind: 'error'; error: Complaint }
  | { kind: 'notChecked'; why: string; isJournal?: boolean }
  /** Ballast and PostgreSQL say different things: a bug of ours. */
  | { kind: 'disagreement'; report: string }

/** What is wrong with a query. */
export interface Complaint {
  code: string
  message: string
  position?: number | undefined
  hint?: string | undefined
  detail?: string | undefined
  suggestion?: string | undefined
}

/** The major version of the PostgreSQL that is embedded. */
const kEmbedded = 18

// What a newer server has and an older one has not: syntax, functions, types, columns of its own.
const kNewer = new Set(['42601', '42883', '42704', '42703', '42P01'])

// The journals of Ballast and of Drizzle's migrator are in databases and not in schemas.
const kOurs = /^(?:relation|schema) "(?:ballast|drizzle)[."]/

/** Judges queries against one schema. */
export class QueryJudge {
  readonly #state: EndState
  readonly #checker: Checker

  constructor(state: EndState) {
    this.#state = state
    this.#checker = checker(state.schema)
  }

  /** What is to be said of a text. */
  judge(text: string): Verdict {
    const ours = this.#checker.check(text)
    const theirs = this.#state.described.get(text)
    if (ours.verdict === 'notChecked') return this.#unjudged(ours.why, theirs)
    if (ours.verdict === 'error') {
      if (kOurs.test(ours.error.message)) return journal
      const isNewer = this.#state.schema.postgres < kEmbedded && kNewer.has(ours.error.code)
      const isRefused = theirs === undefined || theirs.refusal !== null
      if (isRefused || isNewer) return { kind: 'error', error: ours.error }
      return this.#disagreement(text, ours, theirs)
    }
    if (theirs === undefined || this.#agrees(ours, theirs)) return { kind: 'ok', facts: ours }
    return this.#disagreement(text, ours, theirs)
  }

  /** What the checker does not judge, PostgreSQL does: it only knows less of NULL. */
  #unjudged(why: string, theirs: DescribedQuery | undefined): Verdict {
    const refusal = theirs?.refusal
    if (refusal === null || refusal === undefined) return { kind: 'notChecked', why }
    const { code, message, position, hint, detail } = refusal
    if (kOurs.test(message)) return journal
    return { kind: 'error', error: { code, message, position, hint, detail } }
  }

  #agrees(ours: Accepted, { refusal, parameters, columns }: DescribedQuery): boolean {
    return (
      refusal === null &&
      ours.parameters.length === parameters.length &&
      ours.parameters.every(({ oid }, i) => oid === parameters[i]) &&
      ours.columns.length === columns.length &&
      ours.columns.every(({ name, oid, modifier }, i) => {
        const column = columns[i]
        return column?.name === name && column.type === oid && column.modifier === modifier
      })
    )
  }

  #disagreement(text: string, ours: CheckResult, theirs: DescribedQuery | undefined): Verdict {
    const lines = [
      `ballast ${VERSION}, for PostgreSQL ${this.#state.schema.postgres}`,
      `query: ${JSON.stringify(text)}`,
      `ballast says: ${JSON.stringify(said(ours))}`,
      `PostgreSQL ${kEmbedded} says: ${JSON.stringify(this.#saidOf(theirs))}`,
    ]
    return { kind: 'disagreement', report: lines.join('\n') }
  }

  #saidOf(theirs: DescribedQuery | undefined): object {
    if (theirs === undefined) return {}
    const { refusal, parameters, columns } = theirs
    const { types } = this.#state
    if (refusal !== null) return { error: `${refusal.code} ${refusal.message}` }
    return {
      parameters: parameters.map(oid => types[oid] ?? oid),
      columns: columns.map(({ name, type, modifier }) => [name, types[type] ?? type, modifier]),
    }
  }
}

const journal: Verdict = {
  kind: 'notChecked',
  why: 'it is about the journal of migrations',
  isJournal: true,
}

function said(result: CheckResult): object {
  if (result.verdict === 'notChecked') return { notChecked: result.why }
  if (result.verdict === 'error') return { error: `${result.error.code} ${result.error.message}` }
  return {
    parameters: result.parameters.map(({ type }) => type),
    columns: result.columns.map(({ name, type, modifier }) => [name, type, modifier]),
  }
}
