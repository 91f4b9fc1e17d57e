/** Stands before the sending of queries: looks at each, refuses, reports, makes values fit. */
import { statementOf } from '../body.ts'
import { BallastError } from '../errors.ts'
import { emit } from '../events.ts'
import type { QueryEvent, QueryListener } from '../events.ts'
import type { CheckReport, OnViolation, QueryCheck, Runners, Verdict } from '../guard.ts'
import type { QueryData } from '../promise.ts'
import type { Field } from '../shape.ts'
import type { Settings } from '../settings.ts'
import { Examiner } from './examine.ts'
import type { Examined, Problem } from './examine.ts'
import { Journals } from './journal.ts'
import { mismatch } from './mismatch.ts'
import type { Judge } from './result.ts'

/** A check by what a judge knows. */
export class Guard implements QueryCheck {
  readonly #examiner: Examiner
  readonly #journals: Journals

  constructor(judge: Judge) {
    this.#examiner = new Examiner(judge)
    this.#journals = new Journals(judge.migrations)
  }

  /** The same runners with a look at each query before it. */
  guard(runners: Runners, onViolation: OnViolation = 'auto'): Runners {
    if (onViolation === 'off') return runners
    return new Guarded(runners, onViolation, this.#examiner, this.#journals)
  }
}

/** What is known of a request when it is sent, and what comes up. */
interface Watched {
  examined: readonly Examined[]
  verdict: Verdict
  reports: CheckReport[]
  settings: Settings
}

// What PostgreSQL says where a table, a column or a function is not there.
const NOT_THERE = new Set(['42P01', '42703', '42883'])

class Guarded implements Runners {
  readonly #runners: Runners
  readonly #onViolation: OnViolation
  readonly #examiner: Examiner
  readonly #journals: Journals

  constructor(
    runners: Runners, onViolation: OnViolation, examiner: Examiner, journals: Journals,
  ) {
    this.#runners = runners
    this.#onViolation = onViolation
    this.#examiner = examiner
    this.#journals = journals
  }

  // Not methods: a client takes them off this object.
  readonly query = (settings: Settings, data: QueryData): Promise<unknown> => {
    const examined = this.#examiner.examine(data)
    if (examined.problem === undefined) return this.#sendQuery(settings, examined, [])
    return this.#violated(settings, [examined], [data])
      .then(reports => this.#sendQuery(settings, examined, reports))
  }

  readonly batch = async (
    settings: Settings, data: readonly QueryData[], each: readonly Settings[],
  ): Promise<unknown[]> => {
    const examined = data.map(one => this.#examiner.examine(one))
    const isWrong = examined.some(({ problem }) => problem !== undefined)
    const reports = isWrong ? await this.#violated(settings, examined, data) : []
    const watched = this.#watch(settings, examined, reports)
    const sent = this.#runners.batch(
      this.#settingsOf(settings, watched), examined.map(({ data }) => data),
      each.map((own, i) => ({ ...own, look: this.#lookOf(own, watched, i) })),
    )
    return await this.#followed(sent, watched)
  }

  #sendQuery(
    settings: Settings, examined: Examined, reports: CheckReport[],
  ): Promise<unknown> {
    const watched = this.#watch(settings, [examined], reports)
    const own = this.#settingsOf(settings, watched)
    own.look = this.#lookOf(settings, watched, 0)
    return this.#followed(this.#runners.query(own, examined.data), watched)
  }

  #watch(
    settings: Settings, examined: readonly Examined[], reports: CheckReport[],
  ): Watched {
    return { examined, verdict: worst(examined), reports, settings }
  }

  /** The settings of a request that is watched. Running twice what writes nothing does no harm. */
  #settingsOf(settings: Settings, watched: Watched): Settings {
    const { policy, onEvent } = settings
    return {
      ...settings,
      policy: policy.idempotent || !watched.examined.every(writesNothing)
        ? policy
        : { ...policy, idempotent: true },
      onEvent: onEvent && this.#listener(onEvent, watched),
    }
  }

  /** The caller's listener, which hears the verdict and the reports as well. */
  #listener(onEvent: QueryListener, watched: Watched): QueryListener {
    const asked = typeof onEvent === 'function' ? { listener: onEvent } : onEvent
    const listener = (event: QueryEvent): void => {
      const { verdict, reports } = watched
      this.#noteDrift(event.code, watched)
      asked.listener({ ...event, verdict, ...(reports.length > 0 && { reports }) })
    }
    return { ...asked, listener }
  }

  #lookOf(
    { decode }: Settings, watched: Watched, i: number,
  ): ((fields: readonly Field[]) => void) | undefined {
    const { entry } = watched.examined[i] as Examined
    const { result } = entry
    // Blocks are described when they come, which is after the request.
    if (result.verdict !== 'ok' || decode.rowMode === 'blocks') return undefined
    return fields => {
      if (entry.fields === fields) return
      entry.fields = fields
      const message = mismatch(result.columns, fields)
      if (message === undefined) return
      void this.#journals.hasDrifted(watched.settings)
      this.#tell(watched, i, { kind: 'schema-mismatch', code: null, message, statement: i })
    }
  }

  /** Without a listener, a query that fails for what should be there is told all the same. */
  #followed<T>(sent: Promise<T>, watched: Watched): Promise<T> {
    if (watched.settings.onEvent === undefined) {
      sent.catch((error: unknown) => {
        this.#noteDrift((error as { code?: string }).code ?? null, watched)
      })
    }
    return sent
  }

  #noteDrift(code: string | null, watched: Watched): void {
    if (code === null || !NOT_THERE.has(code) || watched.verdict !== 'ok') return
    void this.#journals.hasDrifted(watched.settings)
    const statement = watched.examined.length === 1 ? 0 : null
    this.#tell(watched, 0, {
      kind: 'drift',
      code,
      message: 'the schema that queries are checked against says that this query is right, and ' +
        'the database does not: one of them is older',
      statement,
    })
  }

  /** Notes a report, once for each query and kind; without a listener it is a warning. */
  #tell(watched: Watched, i: number, report: CheckReport): void {
    const { entry } = watched.examined[i] as Examined
    if (entry.told.has(report.kind)) return
    entry.told.add(report.kind)
    if (watched.settings.onEvent === undefined) warn(report, entry.text)
    else watched.reports.push(report)
  }

  /** Throws for the first query that is wrong, or gives the reports with which all are sent. */
  async #violated(
    settings: Settings, examined: readonly Examined[], data: readonly QueryData[],
  ): Promise<CheckReport[]> {
    if (await this.#rejects(settings)) {
      const at = examined.findIndex(({ problem }) => problem !== undefined)
      const { problem } = examined[at] as { problem: Problem }
      if (settings.onEvent !== undefined) {
        const watched = this.#watch(settings, examined, [])
        emit(this.#listener(settings.onEvent, watched), data.map(statementOf), {
          durationMs: 0, rows: 0, bytes: 0, attempts: 0, fate: 'refused', requestId: null,
          code: problem.code,
        })
      }
      throw refused(problem, data.length === 1 ? undefined : at)
    }
    const reports: CheckReport[] = []
    examined.forEach(({ problem, entry }, statement) => {
      if (problem === undefined) return
      const { code, message, position, hint, suggestion } = problem
      const report: CheckReport = {
        kind: 'violation', code, message, statement,
        ...(position !== undefined && { position }),
        ...(hint !== undefined && { hint }),
        ...(suggestion !== undefined && { suggestion }),
      }
      if (settings.onEvent !== undefined) reports.push(report)
      else if (!entry.told.has('violation')) warn(report, entry.text)
      entry.told.add('violation')
    })
    return reports
  }

  async #rejects(settings: Settings): Promise<boolean> {
    if (this.#onViolation !== 'auto') return this.#onViolation === 'reject'
    return await this.#journals.isCurrent(this.#runners, settings)
  }
}

function writesNothing({ entry: { result } }: Examined): boolean {
  return result.verdict === 'ok' && result.readOnly
}

function worst(examined: readonly Examined[]): Verdict {
  let verdict: Verdict = 'ok'
  for (const { entry, problem } of examined) {
    if (problem !== undefined) return 'error'
    if (entry.result.verdict !== 'ok') verdict = 'notChecked'
  }
  return verdict
}

function refused(problem: Problem, statement: number | undefined): BallastError {
  const { position, ...fields } = problem
  return new BallastError({
    ...fields,
    ...(position !== undefined && { position: String(position) }),
    ...(statement !== undefined && { where: `query ${statement + 1} of the transaction` }),
    fate: 'refused',
    attempts: 0,
  })
}

function warn({ kind, code, message, hint, suggestion }: CheckReport, text: string): void {
  const more = [hint, suggestion].filter(part => part !== undefined).join(' ')
  console.warn(`ballast: ${kind}${code === null ? '' : ` ${code}`}: ${message}` +
    `${more === '' ? '' : ` (${more})`}\n${text}`)
}
