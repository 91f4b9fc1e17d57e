/** A query and its values, as they are about to be sent, held against what is known. */
import { SqlTemplate, isBytes, isPlainValue } from '../fragment.ts'
import type { ParameterizedQuery } from '../fragment.ts'
import { NeonQueryPromise } from '../promise.ts'
import type { QueryData } from '../promise.ts'
import { Memory } from './memory.ts'
import type { Entry } from './memory.ts'
import type { Accepted, CheckResult, Diagnostic, Judge } from './result.ts'
import { fit, misfit, takesBytes } from './values.ts'

/** What is wrong with a query, or with one of its values. */
export interface Problem extends Diagnostic {
  /** The number of the parameter, where it is its value. */
  parameter?: number
}

/** A query that was looked at. */
export interface Examined {
  entry: Entry
  /** What is sent: the same, or with values that were made to fit. */
  data: QueryData
  problem: Problem | undefined
}

/** Looks at queries by what a judge knows. */
export class Examiner {
  readonly #judge: Judge
  readonly #memory: Memory
  // A template of the source code is one array, however often it runs.
  readonly #templates = new WeakMap<readonly string[], Entry>()

  constructor(judge: Judge) {
    this.#judge = judge
    this.#memory = new Memory({
      migrations: judge.migrations,
      check: text => withoutOurs(judge.check(text)),
      value: (type, text) => judge.value(type, text),
    })
  }

  /** Looks at a query. */
  examine(data: QueryData): Examined {
    if (data instanceof SqlTemplate && data.values.every(isPlainValue)) {
      let entry = this.#templates.get(data.strings)
      if (entry === undefined) {
        entry = this.#memory.of(data.toParameterizedQuery().query)
        // Frozen is what makes it the same text the next time.
        if (Object.isFrozen(data.strings)) this.#templates.set(data.strings, entry)
      }
      return this.#judged(entry, data, data.values)
    }
    if (!(data instanceof SqlTemplate)) {
      return this.#judged(this.#memory.of(data.query), data, data.params)
    }
    const bare = bareOf(data)
    const entry = bare === undefined ? undefined : this.#memory.of(bare.query)
    if (bare !== undefined && entry !== undefined && takesAll(entry, bare.params)) {
      return this.#judged(entry, bare, bare.params)
    }
    const marked = data.toParameterizedQuery()
    return this.#judged(this.#memory.of(marked.query), marked, marked.params)
  }

  #judged(entry: Entry, data: QueryData, values: readonly unknown[]): Examined {
    const { result } = entry
    if (result.verdict === 'error') return { entry, data, problem: result.error }
    if (result.verdict !== 'ok') return { entry, data, problem: undefined }
    const { parameters } = result
    if (values.length !== parameters.length) {
      return { entry, data, problem: wrongCount(values.length, parameters.length) }
    }
    let fitted: unknown[] | undefined
    let problem: Problem | undefined
    for (let i = 0; i < values.length; i++) {
      const { type } = parameters[i] as Accepted['parameters'][number]
      const value = fit(values[i], type)
      if (value !== values[i]) (fitted ??= [...values])[i] = value
      if (problem !== undefined) continue
      const wrong = misfit(values[i], value, type, this.#judge)
      if (wrong !== undefined) problem = wrongValue(wrong, i + 1, type)
    }
    const sent = fitted === undefined ? data : { query: entry.text, params: fitted }
    return { entry, data: sent, problem }
  }
}

// The journals of Ballast and of Drizzle's migrator are in databases and not in schemas.
const OURS = /^(?:relation|schema) "(?:ballast|drizzle)[."]/

function withoutOurs(result: CheckResult): CheckResult {
  if (result.verdict !== 'error' || !OURS.test(result.error.message)) return result
  return { verdict: 'notChecked', why: 'it is about the journal of migrations' }
}

/**
 * The query with its bytes as plain parameters, and not marked as `bytea`: as what they are is then
 * found by the check. Undefined where it holds none.
 */
function bareOf(data: SqlTemplate): ParameterizedQuery | undefined {
  let holdsBytes = false
  const bare = (template: SqlTemplate): SqlTemplate => {
    const values = template.values.map(value => {
      const part: unknown = value instanceof NeonQueryPromise ? value.queryData : value
      if (part instanceof SqlTemplate) return bare(part)
      if (!isBytes(value)) return value
      holdsBytes = true
      return new Held(value)
    })
    return new SqlTemplate(template.strings, values)
  }
  const { query, params } = bare(data).toParameterizedQuery()
  if (!holdsBytes) return undefined
  return { query, params: params.map(param => param instanceof Held ? param.bytes : param) }
}

/** Keeps bytes from being seen as such. */
class Held {
  readonly bytes: ArrayBufferView | ArrayBuffer

  constructor(bytes: ArrayBufferView | ArrayBuffer) {
    this.bytes = bytes
  }
}

function takesAll({ result }: Entry, params: readonly unknown[]): boolean {
  if (result.verdict !== 'ok') return false
  return params.every((value, i) => {
    return !isBytes(value) || takesBytes(value, result.parameters[i]?.type ?? '')
  })
}

function wrongCount(given: number, wanted: number): Problem {
  const s = given === 1 ? '' : 's'
  return {
    code: '08P01',
    message: `bind message supplies ${given} parameter${s}, but prepared statement "" requires ` +
      wanted,
  }
}

function wrongValue(wrong: Diagnostic, parameter: number, type: string): Problem {
  // Its position would be that of a literal within the query, which there is none of.
  const { position: _, message, ...rest } = wrong
  return { ...rest, message: `parameter $${parameter}, of type ${type}: ${message}`, parameter }
}
