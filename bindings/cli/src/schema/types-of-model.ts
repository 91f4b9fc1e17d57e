/** The canonical text of a model as objects: what is written of a schema is written from these. */
import { groupsOf } from './objects.js'

/** A text of a model, and whatever else comes with one. */
export interface ModelText {
  text: string
}

/** A fact as it stands in the text. */
export type Fact = string | number | boolean | null | readonly Fact[] | { [key: string]: Fact }

/** A table, a column, a role: whatever the model has, by the names of the catalog. */
export interface ModelObject {
  kind: string
  name: string
  /** Empty where it has none, as a role. */
  schema: string
  /** Of a part: the table or view that it is a part of; else empty. */
  table: string
  facts: Readonly<Record<string, Fact>>
  /** The ids of what it cannot be without. */
  uses: readonly string[]
}

/** The objects of a model, and the ways in which writers look for them. */
export class ModelObjects {
  readonly postgres: number
  readonly all: readonly ModelObject[]
  readonly #parts: ReadonlyMap<string, ModelObject[]>
  readonly #kinds: ReadonlyMap<string, ModelObject[]>

  constructor(postgres: number, all: readonly ModelObject[]) {
    this.postgres = postgres
    this.all = all
    this.#kinds = groupsOf(all, ({ kind }) => kind)
    const parts = all.filter(({ table }) => table !== '')
    this.#parts = groupsOf(parts, ({ schema, table }) => tableKey(schema, table))
  }

  /** All of these kinds, in the order of the text, which is that of their names. */
  of(...kinds: readonly string[]): readonly ModelObject[] {
    const [only] = kinds
    if (kinds.length === 1 && only !== undefined) return this.#kinds.get(only) ?? []
    return this.all.filter(({ kind }) => kinds.includes(kind))
  }

  /** The parts of a table or a view that are of this kind. */
  parts({ schema, name }: { schema: string; name: string }, kind: string): ModelObject[] {
    const parts = this.#parts.get(tableKey(schema, name)) ?? []
    return parts.filter(part => part.kind === kind)
  }

  /** The columns of a table, in their order. */
  columns(table: { schema: string; name: string }): ModelObject[] {
    const number = ({ facts }: ModelObject): number => Number(facts['number'] ?? 0)
    return this.parts(table, 'column').sort((a, b) => number(a) - number(b))
  }
}

/** Reads the text of a model; an empty text is an empty database. */
export function readObjects({ text }: ModelText): ModelObjects {
  if (text === '') return new ModelObjects(0, [])
  const { postgres, objects } = JSON.parse(text) as {
    postgres: number
    objects: Record<string, Fact>[]
  }
  return new ModelObjects(postgres, objects.map(objectOf))
}

function objectOf(json: Record<string, Fact>): ModelObject {
  const { kind, name, schema, table, uses, ...facts } = json
  return {
    kind: String(kind),
    name: String(name ?? ''),
    schema: String(schema ?? ''),
    table: String(table ?? ''),
    facts,
    uses: Array.isArray(uses) ? uses.map(String) : [],
  }
}

/** A fact that is a text; undefined where there is none. */
export function textOf({ facts }: ModelObject, key: string): string | undefined {
  const value = facts[key]
  return typeof value === 'string' ? value : undefined
}

/** Whether something is so; what is not is left out of the text. */
export function has({ facts }: ModelObject, key: string): boolean {
  return facts[key] !== undefined && facts[key] !== false && facts[key] !== null
}

/** A fact that is a list of texts. */
export function listOf({ facts }: ModelObject, key: string): string[] {
  const value = facts[key]
  return Array.isArray(value) ? value.map(String) : []
}

/** A fact that is a list of lists, such as the columns of a view. */
export function rowsOf({ facts }: ModelObject, key: string): (readonly Fact[])[] {
  const value = facts[key]
  return Array.isArray(value) ? value.filter(row => Array.isArray(row)) : []
}

/** What SQL would call it, for people: `public.users`, `public.users.email`. */
export function nameOf({ schema, table, name, facts }: ModelObject): string {
  const path = [schema, table, name].filter(part => part !== '')
  const { arguments: parameters } = facts
  const list = Array.isArray(parameters) ? `(${parameters.join(', ')})` : ''
  return path.join('.') + list
}

function tableKey(schema: string, name: string): string {
  return JSON.stringify([schema, name])
}
