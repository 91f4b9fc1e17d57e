/**
 * Stand-ins for what the schema speaks of and something else makes: the tables of an extension or
 * a platform, roles and views that are declared to exist, schemas that another tool owns. Without
 * them what refers to them could not be loaded; in the result they are named, to be left out.
 */
import { enumOf, typeOf } from './column.js'
import { columnsOfTable, isColumn, nameOfTable } from './entities.js'
import type { Column, Enum, Table, ViewConfig } from './entities.js'
import { quoteName, quoteQualified, quoteText } from './quote.js'
import { quoted } from './schema.js'
import type { Part, Script } from './script.js'
import { nameOfColumn, type Reference, type Style } from './table.js'

/** Something that is not the schema's, and was made only so that the rest loads. */
export interface Outside {
  kind: 'schema' | 'type' | 'table' | 'view' | 'role' | 'function'
  schema?: string | undefined
  name: string
}

/** A function without arguments, and what it gives. */
export interface OutsideFunction {
  schema: string
  name: string
  type: string
}

/** What policies ask for the user by: Neon's extension makes these, and others have the same. */
const kFunctions: readonly OutsideFunction[] = [
  { schema: 'auth', name: 'user_id', type: 'text' },
  { schema: 'auth', name: 'uid', type: 'uuid' },
  { schema: 'auth', name: 'role', type: 'text' },
  { schema: 'auth', name: 'session', type: 'jsonb' },
  { schema: 'auth', name: 'jwt', type: 'jsonb' },
]

/** Those of these functions that some text calls. */
export function functionsIn(texts: readonly string[]): OutsideFunction[] {
  return kFunctions.filter(({ schema, name }) => {
    const call = new RegExp(`\\b${schema}\\.${name}\\s*\\(`)
    return texts.some(text => call.test(text))
  })
}

/** Writes a function that gives nothing. */
export function writeOutsideFunction(script: Script, found: OutsideFunction): Outside {
  const { schema, name, type } = found
  const body = quoteText(`select null::${type}`)
  script.add(
    `create function ${quoteQualified(schema, name)}() returns ${type} language sql as ${body}`,
    { what: `function ${quoted(schema, name)}, which exists elsewhere` },
  )
  return { kind: 'function', schema, name }
}

/** Writes a role unless the server has it: roles belong to no database. */
export function writeOutsideRole(script: Script, name: string): Outside {
  const test = `select from pg_roles where rolname = ${quoteText(name)}`
  const body = ` begin if not exists (${test}) then create role ${quoteName(name)}; end if; end `
  // A dollar sign in the name could end a body that is quoted by dollars.
  script.add(`do ${quoteText(body)}`, { what: `role "${name}", which exists elsewhere` })
  return { kind: 'role', name }
}

export function writeOutsideSchema(script: Script, name: string): Outside {
  const what = `schema "${name}", which exists elsewhere`
  script.add(`create schema if not exists ${quoteName(name)}`, { what })
  return { kind: 'schema', name }
}

export function writeOutsideEnum(script: Script, { schema, enumName, enumValues }: Enum): Outside {
  const name = quoteQualified(schema, enumName)
  script.add(`create type ${name} as enum (${enumValues.map(quoteText).join(', ')})`, {
    what: `enum ${quoted(schema, enumName)}, which exists elsewhere`,
  })
  return { kind: 'type', schema, name: enumName }
}

/** The enums of a table's columns. */
export function enumsOf(columns: readonly Column[], { naming }: Style): Enum[] {
  return columns.map(column => enumOf(column, naming)).filter(found => found !== undefined)
}

/** Writes a table of columns alone, with what foreign keys to it need to be unique. */
export function writeOutsideTable(
  script: Script,
  table: Table,
  references: readonly Reference[],
  style: Style,
): Outside {
  const { schema, originalName: name } = nameOfTable(table)
  const origin = { what: `table ${quoted(schema, name)}, which exists elsewhere` }
  const columns = columnsOfTable(table).map((column): Part => {
    const text = `${quoteName(nameOfColumn(style, column))} ${typeOf(column, style.naming)}`
    return { text, origin }
  })
  const keys = new Set(
    references.map(reference =>
      reference.columns.map(column => quoteName(nameOfColumn(style, column))).join(', '),
    ),
  )
  const uniques = [...keys].map((key): Part => ({ text: `unique (${key})`, origin }))
  const all = [...columns, ...uniques]
  script.addList(`create table ${quoteQualified(schema, name)}`, all, origin)
  return { kind: 'table', schema, name }
}

/** Writes a view of nothing, with the columns that the schema says it has. */
export function writeOutsideView(script: Script, view: ViewConfig, style: Style): Outside {
  const { schema, name } = view
  const columns = Object.values(view.selectedFields)
    .filter(isColumn)
    .map(column => {
      // A serial is a column's way to be made, and no type.
      const type = typeOf(column, style.naming).replace(/^(small|big)?serial\b/, '$1int')
      return `null::${type} as ${quoteName(nameOfColumn(style, column))}`
    })
  const what = `view ${quoted(schema, name)}, which exists elsewhere`
  script.add(`create view ${quoteQualified(schema, name)} as select ${columns.join(', ')}`, {
    what,
  })
  return { kind: 'view', schema, name }
}
