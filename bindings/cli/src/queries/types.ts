/** TypeScript's types of what queries return and take. */
import type { Accepted } from 'ballast/check'

import { quoteJs } from '../schema/schema-ts-names.js'
import { listOf, readObjects, textOf, type ModelText } from '../schema/types-of-model.js'
import { valueOf, type ValueType } from '../schema/types-values.js'
import type { ClientFacts } from './value.js'

const kNamed = /^(?:"(?:[^"]|"")*"|[^."]+)\.(.*)$/
const kVector = /(?:^|\.)(?:vector|halfvec)$/

/** The types of a schema's own enums and domains, by the names that PostgreSQL prints. */
export function ownTypes(model: ModelText, searchPath: readonly string[]): Map<string, ValueType> {
  const known = new Map<string, ValueType>()
  const objects = readObjects(model)
  const add = (schema: string, name: string, value: ValueType): void => {
    known.set(`${quoted(schema)}.${quoted(name)}`, value)
    if (searchPath.includes(schema)) known.set(quoted(name), value)
  }
  for (const each of objects.of('enum')) {
    const values = listOf(each, 'values').map(quoteJs)
    const text = values.length === 0 ? 'never' : values.join(' | ')
    add(each.schema, each.name, { row: text, parameter: text })
  }
  const domains = objects.of('domain')
  // One may be made of another, which may come later.
  for (let round = 0; round < domains.length; round++) {
    const before = known.size
    for (const each of domains) {
      const type = textOf(each, 'type') ?? ''
      const isLater = domains.some(other => type === `${other.schema}.${other.name}`)
      if (!isLater || known.has(type)) add(each.schema, each.name, valueOf(type, known))
    }
    if (known.size === before) break
  }
  return known
}

/** Writes the types of queries. */
export class TypeWriter {
  readonly #known: ReadonlyMap<string, ValueType>

  constructor(known: ReadonlyMap<string, ValueType>) {
    this.#known = known
  }

  /** The type of a row, or null where the query returns none. */
  row({ columns }: Accepted, facts: ClientFacts | null): string | null {
    if (columns.length === 0) return null
    const types = columns.map(({ name, type, nullable }) => {
      return [name, orNull(this.#rowOf(type, facts), nullable)] as const
    })
    if (facts?.rows === 'array') return `[${types.map(([, type]) => type).join(', ')}]`
    // Of two columns with one name, an object has the last.
    const members = [...new Map(types)].map(([name, type]) => `${property(name)}: ${type}`)
    return `{ ${members.join('; ')} }`
  }

  /** The types of the parameters, as a tuple. */
  parameters({ parameters }: Accepted): string {
    const types = parameters.map(({ type, nullable }) => {
      return orNull(this.#parameterOf(type), nullable)
    })
    return `[${types.join(', ')}]`
  }

  #rowOf(type: string, facts: ClientFacts | null): string {
    const int8 = facts?.int8 ?? 'string'
    if (type === 'bigint') return int8
    if (type === 'bigint[]') return `(${int8} | null)[]`
    const { row } = this.#valueOf(type)
    return row.replace(/\bInterval\b/, "import('ballast').Interval")
  }

  #parameterOf(type: string): string {
    if (kVector.test(type)) return 'string | readonly number[] | Float32Array'
    const { parameter } = this.#valueOf(type)
    return parameter.replace(/\bInterval\b/, "import('ballast').Interval")
  }

  #valueOf(type: string): ValueType {
    const known = this.#known
    const element = type.endsWith('[]') ? type.slice(0, -2) : type
    const bare = kNamed.exec(element)?.[1]
    const isKnown = known.has(element) || bare === undefined
    return valueOf(isKnown ? type : type.slice(element.length - bare.length), known)
  }
}

function orNull(type: string, isNullable: boolean): string {
  return !isNullable || type === 'unknown' ? type : `${type} | null`
}

function property(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : quoteJs(name)
}

function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
