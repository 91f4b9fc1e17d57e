/** Writes a Drizzle schema.ts of a model; what Drizzle cannot say is listed on top of it. */
import { drizzleFacts } from './drizzle-snapshot-facts.js'
import type { DrizzleFacts, LeftOut, TableFacts, ViewFacts } from './drizzle-snapshot-types.js'
import { camel, optionValue } from './drizzle-snapshot-v7.js'
import { columnJs, keysOf, sequenceOptions, sqlOf, viewColumnJs } from './schema-ts-column.js'
import type { ModuleNames } from './schema-ts-column.js'
import { camelCase, commentText, Names, quoteJs, valueJs } from './schema-ts-names.js'
import { constraintsJs } from './schema-ts-table.js'
import type { ModelText } from './types-of-model.js'

/** A schema.ts, and what is not in it. */
export interface SchemaTs {
  text: string
  leftOut: readonly LeftOut[]
}

/** The text of a Drizzle schema.ts, for drizzle-orm 0.45 and 1.0 alike. */
export function writeSchemaTs(model: ModelText): string {
  return schemaTs(model).text
}

/** The same, with what Drizzle cannot say. */
export function schemaTs(model: ModelText): SchemaTs {
  return new Writer(drizzleFacts(model)).run()
}

// Everything that the writer may import: an export must not have one of these names.
const kBuilders =
  'bigint bigserial bit boolean char check cidr customType date doublePrecision foreignKey ' +
  'halfvec index inet integer interval json jsonb line macaddr macaddr8 numeric pgEnum ' +
  'pgMaterializedView pgPolicy pgRole pgSchema pgSequence pgTable pgView point primaryKey real ' +
  'serial smallint smallserial sparsevec text time timestamp unique uniqueIndex uuid varchar vector'

// Types whose values come as texts, whatever they mean.
const kTextual =
  /^(?:citext|ltree|lquery|tsvector|tsquery|money|xml|name|hstore|bit varying.*|.*range)$/

class Writer implements ModuleNames {
  readonly #facts: DrizzleFacts
  readonly #used = new Set<string>()
  readonly #names = Names.ofModule(kBuilders.split(' '))
  readonly #constants = new Map<string, string>()
  readonly #customs = new Map<string, string>()
  /** The tables whose text has been made. */
  readonly #written = new Set<string>()

  constructor(facts: DrizzleFacts) {
    this.#facts = facts
  }

  run(): SchemaTs {
    const { schemas, enums, sequences, roles, views } = this.#facts
    const tables = this.#tablesInOrder()
    for (const name of schemas) this.#name('schema', '', name, 'Schema', 'Schema')
    for (const { name } of roles) this.#name('role', '', name, 'Role')
    for (const { schema, name } of tables) this.#name('table', schema, name, 'Table')
    for (const { schema, name } of enums) this.#name('enum', schema, name, 'Enum')
    for (const { schema, name } of sequences) this.#name('sequence', schema, name, 'Sequence')
    for (const { schema, name } of views) this.#name('view', schema, name, 'View')
    const blocks = [
      schemas.map(name =>
        this.#export('schema', '', name, `${this.use('pgSchema')}(${quoteJs(name)})`),
      ),
      enums.map(each => this.#enum(each)),
      roles.map(each => this.#role(each)),
      sequences.map(each => this.#sequence(each)),
      ...tables.map(table => [this.#table(table)]),
      ...views.map(view => [this.#view(view)]),
    ]
    const body = blocks.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
    const customs = [...this.#customs.values()].join('\n')
    const parts = [this.#head(), this.#imports(), customs, ...body]
    return {
      text: `${parts.filter(part => part !== '').join('\n\n')}\n`,
      leftOut: this.#facts.leftOut,
    }
  }

  use(name: string): string {
    this.#used.add(name)
    return name
  }

  enumOf({ schema, name }: { schema: string; name: string }): string {
    return this.constant('enum', schema, name) ?? ''
  }

  customOf(type: string): string {
    const name = this.#constants.get(`type\0\0${type}`)
    if (name !== undefined) return name
    const made = this.#name('type', '', type, 'Type')
    const data = type === 'bytea' ? 'Uint8Array' : kTextual.test(type) ? 'string' : 'unknown'
    const call = `${this.use('customType')}<{ data: ${data} }>`
    const text = `const ${made} = ${call}({ dataType: () => ${quoteJs(type)} })`
    this.#customs.set(type, text)
    return made
  }

  /** The constant of a thing; undefined where there is none of it in this module. */
  constant(kind: string, schema: string, name: string): string | undefined {
    return this.#constants.get(`${kind}\0${schema}\0${name}`)
  }

  #name(kind: string, schema: string, name: string, suffix: string, always = ''): string {
    const made = this.#names.take(camelCase(name, kind) + always, always === '' ? suffix : '')
    this.#constants.set(`${kind}\0${schema}\0${name}`, made)
    return made
  }

  #export(kind: string, schema: string, name: string, value: string): string {
    return `export const ${this.constant(kind, schema, name)} = ${value}`
  }

  /** `pgTable`, or the same of a schema's own. */
  #maker(schema: string, ofPublic: string, ofSchema: string): string {
    if (schema === 'public') return this.use(ofPublic)
    return `${this.constant('schema', '', schema)}.${ofSchema}`
  }

  #head(): string {
    if (this.#facts.leftOut.length === 0) return ''
    const lines = this.#facts.leftOut.map(({ kind, name, why }) => `//   ${kind} ${name}: ${why}`)
    const intro = 'What the database has, and Drizzle cannot say, so that it is not in here:'
    return [`// ${intro}`, ...lines.map(commentText)].join('\n')
  }

  #imports(): string {
    const names = [...this.#used].filter(name => name !== 'sql').sort()
    const sql = this.#used.has('sql') ? "import { sql } from 'drizzle-orm'\n" : ''
    const one = `import { ${names.join(', ')} } from 'drizzle-orm/pg-core'`
    const many = names.map(name => `  ${name},\n`).join('')
    if (names.length === 0) return sql.trimEnd()
    return sql + (one.length <= 100 ? one : `import {\n${many}} from 'drizzle-orm/pg-core'`)
  }

  #enum({ schema, name, values }: DrizzleFacts['enums'][number]): string {
    const maker = this.#maker(schema, 'pgEnum', 'enum')
    return this.#export('enum', schema, name, `${maker}(${quoteJs(name)}, ${valueJs(values)})`)
  }

  #role({ name, createDatabase, createRole, inherit }: DrizzleFacts['roles'][number]): string {
    const options = {
      ...(createDatabase ? { createDb: true } : {}),
      ...(createRole ? { createRole: true } : {}),
      ...(inherit ? {} : { inherit: false }),
    }
    const second = Object.keys(options).length === 0 ? '' : `, ${valueJs(options)}`
    return this.#export('role', '', name, `${this.use('pgRole')}(${quoteJs(name)}${second})`)
  }

  #sequence(sequence: DrizzleFacts['sequences'][number]): string {
    const { schema, name } = sequence
    const options = sequenceOptions(sequence, 'bigint')
    const second = Object.keys(options).length === 0 ? '' : `, ${valueJs(options)}`
    const maker = this.#maker(schema, 'pgSequence', 'sequence')
    return this.#export('sequence', schema, name, `${maker}(${quoteJs(name)}${second})`)
  }

  #table(table: TableFacts): string {
    const { schema, name, columns, rowSecurity, policies } = table
    const keys = keysOf(columns, Names.ofTable())
    const lines = columns.map(
      column => `  ${columnJs(keys.get(column.name) ?? '', column, name, this)},\n`,
    )
    const constraints = constraintsJs(table, {
      module: this,
      keyOf: column => keys.get(column) ?? '',
      targetOf: (to, target) => this.#targetOf(to, target),
      roleOf: role => this.constant('role', '', role),
    })
    const extra = constraints.map(line => `  ${line},\n`).join('')
    const maker = this.#maker(schema, 'pgTable', 'table')
    const head = `${maker}(${quoteJs(name)}, {\n${lines.join('')}}`
    // Of two that lead to each other TypeScript cannot tell what either is without being told.
    const isEarly = table.foreignKeys.some(key => !this.#isHere(key.schemaTo, key.tableTo, table))
    if (isEarly) this.use('type PgTableExtraConfigValue')
    const parameter = isEarly ? '(t): PgTableExtraConfigValue[]' : 't'
    this.#written.add(`${schema}\0${name}`)
    const rest = extra === '' ? ')' : `, ${parameter} => [\n${extra}])`
    const security = rowSecurity && policies.length === 0 ? '.enableRLS()' : ''
    return this.#export('table', schema, name, head + rest + security)
  }

  /** Whether what a key of a table leads to comes before that one, or is itself. */
  #isHere(schema: string, name: string, from: TableFacts): boolean {
    if (schema === from.schema && name === from.name) return true
    return this.#written.has(`${schema}\0${name}`)
  }

  /** The constant and the keys of a table that a foreign key leads to. */
  #targetOf(schema: string, name: string): { constant: string; keys: Map<string, string> } {
    const found = this.#facts.tables.find(each => each.schema === schema && each.name === name)
    const constant = this.constant('table', schema, name) ?? ''
    return { constant, keys: keysOf(found?.columns ?? [], Names.ofTable()) }
  }

  #view(view: ViewFacts): string {
    const { schema, name, columns, definition, options, materialized, withoutData } = view
    const keys = keysOf(columns, Names.ofTable())
    const lines = columns.map(
      column => `  ${viewColumnJs(keys.get(column.name) ?? '', column, this)},\n`,
    )
    const maker = materialized
      ? this.#maker(schema, 'pgMaterializedView', 'materializedView')
      : this.#maker(schema, 'pgView', 'view')
    const given = Object.fromEntries(
      options.map(([key, value]) => [camel(key), optionValue(value)]),
    )
    const calls = [
      options.length === 0 ? '' : `.with(${valueJs(given)})`,
      withoutData ? '.withNoData()' : '',
      `.as(${sqlOf(definition, this)})`,
    ]
    const value = `${maker}(${quoteJs(name)}, {\n${lines.join('')}})${calls.join('')}`
    return this.#export('view', schema, name, value)
  }

  /** Each table behind those that its foreign keys lead to, as far as that can be. */
  #tablesInOrder(): TableFacts[] {
    const keyOf = (schema: string, name: string): string => JSON.stringify([schema, name])
    const all = new Map(this.#facts.tables.map(each => [keyOf(each.schema, each.name), each]))
    const ordered = new Set<TableFacts>()
    const seen = new Set<TableFacts>()
    const visit = (table: TableFacts): void => {
      if (seen.has(table)) return
      seen.add(table)
      for (const { schemaTo, tableTo } of table.foreignKeys) {
        const target = all.get(keyOf(schemaTo, tableTo))
        if (target !== undefined) visit(target)
      }
      ordered.add(table)
    }
    for (const table of all.values()) visit(table)
    return [...ordered]
  }
}
