/** Writes TypeScript types of a model: what rows hold, and what may be written into tables. */
import { camelCase, Names, quoteJs } from './schema-ts-names.js'
import { elementsOf, unquoted } from './drizzle-snapshot-sql.js'
import { valueOf, type ValueType } from './types-values.js'
import { has, listOf, readObjects, rowsOf, textOf } from './types-of-model.js'
import type { ModelObject, ModelObjects, ModelText } from './types-of-model.js'

// Names that mean something else where types are written.
const kTaken =
  'Array Date Error Interval Map Number Object Promise Record Set String Symbol Uint8Array any ' +
  'bigint boolean never null number object string symbol undefined unknown void'

/** The text of a module of types. */
export function writeTypes(model: ModelText): string {
  return new Writer(readObjects(model)).run()
}

class Writer {
  readonly #objects: ModelObjects
  readonly #names = Names.ofModule(kTaken.split(' '))
  readonly #known = new Map<string, ValueType>()
  readonly #required = new Set<string>()
  readonly #rows = new Map<string, string>()
  readonly #writable = new Map<ModelObject, WritableNames>()

  constructor(objects: ModelObjects) {
    this.#objects = objects
  }

  run(): string {
    const objects = this.#objects
    const tables = objects.of('table').filter(table => !has(table, 'partition_of'))
    const views = objects.of('view', 'materialized_view')
    const named = [...tables, ...views].map(each => {
      const name = this.#nameOf(each, 'Row')
      if (each.kind === 'table') this.#writable.set(each, this.#writableNames(name))
      return { each, name }
    })
    for (const { each, name } of named) this.#rows.set(printedName(each), name)
    const enums = objects.of('enum').map(each => this.#enum(each))
    const domains = this.#domains()
    const composites = objects.of('composite').map(each => this.#composite(each))
    const bodies = named.map(({ each, name }) =>
      each.kind === 'table' ? this.#table(each, name) : this.#view(each, name),
    )
    const functions = objects.of('function').flatMap(each => this.#function(each))
    const parts = [...enums, ...domains, ...composites, ...bodies, ...functions]
    const uses = parts.some(part => /\bInterval\b/.test(part))
    const head = [
      '// Written by `ballast types`; do not edit.',
      ...(uses ? ["import type { Interval } from 'ballast'"] : []),
    ]
    return `${[head.join('\n'), ...parts].join('\n\n')}\n`
  }

  #writableNames(name: string): WritableNames {
    const take = (text: string): string => this.#names.take(text, 'Type')
    return { insertName: take(`${name}Insert`), updateName: take(`${name}Update`) }
  }

  #nameOf({ schema, name }: ModelObject, kind: string): string {
    const prefix = schema === 'public' ? '' : pascal(schema, '')
    return this.#names.take(prefix + pascal(name, kind), kind)
  }

  #enum(object: ModelObject): string {
    const name = this.#nameOf(object, 'Enum')
    this.#known.set(printedName(object), { row: name, parameter: name })
    const values = listOf(object, 'values').map(quoteJs)
    const text = values.length === 0 ? 'never' : values.join(' | ')
    return `${doc(object)}export type ${name} = ${text}`
  }

  /** Each behind those that it is made of. A row has the value of the type below. */
  #domains(): string[] {
    const all = this.#objects.of('domain')
    const byName = new Map(all.map(each => [printedName(each), each]))
    const texts = new Map<ModelObject, string>()
    const visit = (domain: ModelObject): void => {
      if (texts.has(domain)) return
      const type = textOf(domain, 'type') ?? ''
      const below = byName.get(type)
      if (below !== undefined) visit(below)
      const value = valueOf(type, this.#known)
      const name = this.#nameOf(domain, 'Domain')
      texts.set(domain, `${doc(domain)}export type ${name} = ${value.row}`)
      const isPlain = value.row === value.parameter
      const parameter = isPlain ? name : value.parameter
      this.#known.set(printedName(domain), { row: name, parameter })
      const isRequired = has(domain, 'not_null') || this.#required.has(type)
      if (isRequired) this.#required.add(printedName(domain))
    }
    for (const domain of all) visit(domain)
    return [...texts.values()]
  }

  #composite(object: ModelObject): string {
    const name = this.#nameOf(object, 'Type')
    const lines = rowsOf(object, 'attributes').map(([attribute, type]) => {
      return `  ${property(String(attribute))}: ${orNull(valueOf(String(type), this.#known).row)}\n`
    })
    const note = 'A column of this type comes as text; its parts can be selected.'
    return `${doc(object, note)}export interface ${name} ${braces(lines)}`
  }

  #table(table: ModelObject, name: string): string {
    const columns = this.#objects.columns(table).map(column => this.#column(table, column))
    const lines = columns.map(each => `${each.doc}  ${each.key}: ${each.row}\n`)
    const given = columns.filter(({ isWritable }) => isWritable)
    const insert = given.map(
      each => `${each.doc}  ${each.key}${each.isOptional ? '?' : ''}: ${each.parameter}\n`,
    )
    const { insertName, updateName } = this.#writable.get(table) ?? this.#writableNames(name)
    return [
      `${doc(table)}export interface ${name} ${braces(lines)}`,
      `/** What may be inserted into \`${words(table)}\`. */`,
      `export interface ${insertName} ${braces(insert)}`,
      `/** What may be set in \`${words(table)}\`. */`,
      `export type ${updateName} = Partial<${insertName}>`,
    ].join('\n')
  }

  #column(table: ModelObject, column: ModelObject): Column {
    const { name } = column
    const type = textOf(column, 'type') ?? ''
    const value = valueOf(type, this.#known)
    const isRequired = has(column, 'not_null') || this.#required.has(type)
    const defaults = this.#objects.parts(table, 'default')
    const hasDefault = defaults.some(each => each.name === name) || has(column, 'identity')
    const wrap = (text: string): string => (isRequired ? text : orNull(text))
    return {
      key: property(name),
      doc: doc(column, '', '  '),
      row: wrap(value.row),
      parameter: wrap(value.parameter),
      isOptional: hasDefault || !isRequired,
      isWritable: !has(column, 'generated') && textOf(column, 'identity') !== 'always',
    }
  }

  /** PostgreSQL does not know of a view's columns whether they can be NULL. */
  #view(view: ModelObject, name: string): string {
    const lines = rowsOf(view, 'columns').map(([column, type]) => {
      return `  ${property(String(column))}: ${orNull(valueOf(String(type), this.#known).row)}\n`
    })
    return `${doc(view)}export interface ${name} ${braces(lines)}`
  }

  /** What a function gives, where that can be said: a value, or rows. */
  #function(object: ModelObject): string[] {
    const returns = textOf(object, 'returns') ?? ''
    const type = returns.replace(/^SETOF /, '')
    if (/^(?:record|void|trigger|event_trigger|internal|any\w*)$/.test(type)) return []
    const row = this.#rows.get(type)
    const table = /^TABLE\(([\s\S]*)\)$/.exec(type)
    const name = this.#nameOf(object, '') + 'Result'
    const head = `${doc(object, `What \`${words(object)}\` gives.`)}export `
    if (table === null) {
      return [`${head}type ${name} = ${row ?? orNull(valueOf(type, this.#known).row)}`]
    }
    const lines = elementsOf(table[1] ?? '').map(element => {
      const [, column = '', of = ''] = /^("(?:[^"]|"")*"|\S+) ([\s\S]+)$/.exec(element) ?? []
      return `  ${property(unquoted(column))}: ${orNull(valueOf(of, this.#known).row)}\n`
    })
    return [`${head}interface ${name} ${braces(lines)}`]
  }
}

interface WritableNames {
  insertName: string
  updateName: string
}

interface Column {
  key: string
  doc: string
  row: string
  parameter: string
  isOptional: boolean
  isWritable: boolean
}

/** The name as PostgreSQL prints that of a type, with its schema. */
function printedName({ schema, name }: ModelObject): string {
  const quoted = (part: string): string =>
    /^[a-z_][a-z0-9_]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`
  return `${quoted(schema)}.${quoted(name)}`
}

function pascal(name: string, fallback: string): string {
  const camel = camelCase(name, fallback)
  return camel.charAt(0).toUpperCase() + camel.slice(1)
}

function property(name: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : quoteJs(name)
}

function orNull(type: string): string {
  return type === 'unknown' || type.endsWith('| null') ? type : `${type} | null`
}

function braces(lines: readonly string[]): string {
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}}`
}

function words({ schema, name }: ModelObject): string {
  return comment(schema === 'public' ? name : `${schema}.${name}`).replaceAll('`', "'")
}

/** The object's comment as a docstring, with a sentence of ours behind it. */
function doc(object: ModelObject, note = '', indent = ''): string {
  const text = [textOf(object, 'comment'), note].filter(part => part).join('\n\n')
  if (text === '') return ''
  const lines = comment(text).split('\n')
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  const body = lines.map(line => `${indent} * ${line}`.trimEnd()).join('\n')
  return `${indent}/**\n${body}\n${indent} */\n`
}

function comment(text: string): string {
  return text
    .replaceAll('\r', '')
    .replaceAll('*/', '*\\/')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, ' ')
}
