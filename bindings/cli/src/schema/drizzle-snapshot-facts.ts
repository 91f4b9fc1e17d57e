/**
 * A model as Drizzle sees a schema. Its snapshots and its schema.ts are both written from this, so
 * that they say the same thing in the same words. What Drizzle cannot say is named, with why.
 */
import { defaultOf, typeOf, type DrizzleType } from './drizzle-snapshot-column.js'
import type {
  LeftOut,
  SequenceFacts,
  ColumnFacts,
  ForeignKeyFacts,
  IndexFacts,
  PolicyFacts,
  TableFacts,
  ViewFacts,
  EnumFacts,
  RoleFacts,
  DrizzleFacts,
} from './drizzle-snapshot-types.js'
import { bare, checkParts, foreignKeyParts, indexParts, keyParts } from './drizzle-snapshot-sql.js'
import { unsaidOf } from './drizzle-snapshot-unsaid.js'
import { has, listOf, nameOf, readObjects, rowsOf, textOf } from './types-of-model.js'
import type { ModelObject, ModelObjects, ModelText } from './types-of-model.js'

/** Reads a model as Drizzle would. */
export function drizzleFacts(model: ModelText): DrizzleFacts {
  return new Reader(readObjects(model)).run()
}

class Reader {
  readonly #objects: ModelObjects
  readonly #leftOut: LeftOut[] = []
  /** Ids of sequences that a `serial` makes. */
  readonly #serials = new Set<string>()

  constructor(objects: ModelObjects) {
    this.#objects = objects
  }

  run(): DrizzleFacts {
    const objects = this.#objects
    for (const object of objects.all) {
      const why = unsaidOf(object)
      if (why !== undefined) this.#leave(object, why)
    }
    const tables = objects
      .of('table')
      .filter(table => this.#isSaid(table, 'partition_of', 'it is a partition'))
      .map(table => this.#table(table))
    this.#dropLooseKeys(tables)
    return {
      schemas: objects
        .of('schema')
        .map(({ name }) => name)
        .filter(name => name !== 'public'),
      enums: objects.of('enum').map(each => ({
        schema: each.schema,
        name: each.name,
        values: listOf(each, 'values'),
      })),
      sequences: objects
        .of('sequence')
        .filter(each => !this.#serials.has(nameOf(each)))
        .map(each => this.#sequence(each)),
      roles: this.#roles(tables),
      tables,
      views: objects.of('view', 'materialized_view').map(view => this.#view(view)),
      leftOut: this.#leftOut,
    }
  }

  /** A foreign key to a table that is left out cannot be said either. */
  #dropLooseKeys(tables: readonly TableFacts[]): void {
    const here = new Set(tables.map(({ schema, name }) => `${schema}.${name}`))
    for (const table of tables) {
      const { schema, name, foreignKeys } = table
      table.foreignKeys = foreignKeys.filter(({ name: key, schemaTo, tableTo }) => {
        const target = `${schemaTo}.${tableTo}`
        if (here.has(target)) return true
        const why = `${target} is not in here`
        this.#leftOut.push({ kind: 'constraint', name: `${schema}.${name}.${key}`, why })
        return false
      })
    }
  }

  #leave(object: ModelObject, why: string): void {
    this.#leftOut.push({ kind: object.kind.replaceAll('_', ' '), name: nameOf(object), why })
  }

  #isSaid(object: ModelObject, fact: string, why: string): boolean {
    if (!has(object, fact)) return true
    this.#leave(object, why)
    return false
  }

  #table(table: ModelObject): TableFacts {
    const { schema, name } = table
    const objects = this.#objects
    const constraints = objects
      .parts(table, 'constraint')
      .filter(each => this.#isSaid(each, 'not_valid', 'it is NOT VALID'))
    const of = (type: string): ModelObject[] =>
      constraints.filter(each => textOf(each, 'type') === type)
    for (const each of of('exclude')) this.#leave(each, 'Drizzle has no exclusion constraints')
    const [key] = of('primary key').filter(each => this.#isPlainKey(each))
    const columns = listOf(key ?? table, 'columns')
    const single = columns.length === 1 && key?.name === `${name}_pkey` ? columns[0] : undefined
    const policies = objects.parts(table, 'policy').map(policyFacts)
    return {
      schema,
      name,
      columns: objects.columns(table).map(column => this.#column(column, column.name === single)),
      ...(key === undefined || single !== undefined
        ? {}
        : { primaryKey: { name: key.name, columns } }),
      uniques: of('unique')
        .filter(each => this.#isPlainKey(each))
        .map(each => ({
          name: each.name,
          columns: listOf(each, 'columns'),
          nullsNotDistinct: keyParts(textOf(each, 'definition') ?? '').nullsNotDistinct,
        })),
      checks: of('check').flatMap(each => this.#check(each)),
      foreignKeys: of('foreign key').flatMap(each => this.#foreignKey(each)),
      indexes: objects.parts(table, 'index').flatMap(each => this.#index(each)),
      policies,
      rowSecurity: this.#rowSecurity(table, policies),
    }
  }

  /** Drizzle switches row security on where there are policies. */
  #rowSecurity(table: ModelObject, policies: readonly PolicyFacts[]): boolean {
    const isOn = has(table, 'row_security')
    if (!isOn && policies.length > 0) this.#leave(table, 'without DISABLE ROW LEVEL SECURITY')
    return isOn
  }

  #isPlainKey(constraint: ModelObject): boolean {
    return this.#isPlain(constraint, keyParts(textOf(constraint, 'definition') ?? '').more)
  }

  #isPlain(object: ModelObject, more: readonly string[]): boolean {
    if (more.length > 0) this.#leave(object, `Drizzle cannot say ${more.join(' ')}`)
    return more.length === 0
  }

  #check(constraint: ModelObject): { name: string; value: string }[] {
    const { value, more } = checkParts(textOf(constraint, 'definition') ?? '')
    return this.#isPlain(constraint, more) ? [{ name: constraint.name, value }] : []
  }

  #foreignKey(constraint: ModelObject): ForeignKeyFacts[] {
    const { more, ...parts } = foreignKeyParts(textOf(constraint, 'definition') ?? '')
    if (!this.#isPlain(constraint, more)) return []
    const [schemaTo = '', tableTo = ''] = listOf(constraint, 'references')
    const columns = listOf(constraint, 'columns')
    return [{ name: constraint.name, columns, schemaTo, tableTo, ...parts }]
  }

  #index(index: ModelObject): IndexFacts[] {
    const { more, ...parts } = indexParts(textOf(index, 'definition') ?? '')
    const isWhole = this.#isSaid(index, 'invalid', 'it is invalid')
    const isOnly = !this.#isSaid(index, 'only', 'it is ON ONLY')
    // That of a partition comes with the one above it.
    if (!isWhole || isOnly || has(index, 'inherited') || !this.#isPlain(index, more)) return []
    return [{ name: index.name, unique: has(index, 'unique'), ...parts }]
  }

  #column(column: ModelObject, primary: boolean): ColumnFacts {
    const { schema, table, name } = column
    const type = typeOf(textOf(column, 'type') ?? '', this.#enums())
    const found = this.#objects.parts({ schema, name: table }, 'default')
    const value = found.find(each => each.name === name)
    const generated = textOf(column, 'generated')
    const notNull = has(column, 'not_null')
    const serial = value === undefined || !notNull ? undefined : this.#serialOf(value, type)
    if (serial !== undefined) return { name, type: serial, notNull, primary }
    const identity = this.#identity(column)
    return {
      name,
      type,
      notNull,
      primary,
      ...(value === undefined ? {} : { default: defaultOf(textOf(value, 'value') ?? '', type) }),
      ...(generated === undefined ? {} : { generated: bare(generated) }),
      ...(identity === undefined ? {} : { identity }),
    }
  }

  #enumNames: Map<string, EnumFacts> | undefined

  #enums(): ReadonlyMap<string, EnumFacts> {
    this.#enumNames ??= new Map(
      this.#objects
        .of('enum')
        .map(({ schema, name }) => [
          `${quoted(schema)}.${quoted(name)}`,
          { schema, name, values: [] },
        ]),
    )
    return this.#enumNames
  }

  /** The `serial` that a column is, where its sequence is as `serial` makes one. */
  #serialOf(value: ModelObject, type: DrizzleType): DrizzleType | undefined {
    const { schema, table, name } = value
    const serial = { smallint: 'smallserial', integer: 'serial', bigint: 'bigserial' }[type.text]
    if (serial === undefined) return undefined
    const sequence = this.#objects
      .of('sequence')
      .find(each => listOf(each, 'owned_by').join('\0') === [schema, table, name].join('\0'))
    if (sequence === undefined || sequence.schema !== schema) return undefined
    const max = { smallint: '32767', integer: '2147483647', bigint: kMaxBigint }[type.text]
    const { start, increment, min, cache, type: of } = sequence.facts
    const isUsual =
      sequence.name === `${table}_${name}_seq` &&
      [start, increment, min, cache].every(number => number === '1') &&
      sequence.facts['max'] === max &&
      of === type.text &&
      !has(sequence, 'cycle')
    const call = `nextval('${quoted(schema)}.${quoted(sequence.name)}'::regclass)`
    if (!isUsual || value.facts['value'] !== call) return undefined
    this.#serials.add(nameOf(sequence))
    return { ...type, text: serial, said: serial }
  }

  #identity(column: ModelObject): ColumnFacts['identity'] {
    const sequence = column.facts['sequence']
    const kind = textOf(column, 'identity')
    if (kind === undefined || typeof sequence !== 'object' || sequence === null) return undefined
    return { ...sequenceFacts(sequence as ModelObject['facts']), always: kind === 'always' }
  }

  #sequence(sequence: ModelObject): SequenceFacts {
    if (textOf(sequence, 'type') !== 'bigint') this.#leave(sequence, 'without its type')
    if (has(sequence, 'owned_by')) this.#leave(sequence, 'without OWNED BY')
    const { schema, name, facts } = sequence
    return sequenceFacts({ ...facts, schema, name })
  }

  /** Roles belong to the server: those that policies speak of are the schema's. */
  #roles(tables: readonly TableFacts[]): RoleFacts[] {
    const used = new Set(tables.flatMap(each => each.policies.flatMap(({ roles }) => roles)))
    return this.#objects.of('role').flatMap(role => {
      if (!used.has(role.name)) {
        this.#leave(role, 'no policy speaks of it')
        return []
      }
      return [
        {
          name: role.name,
          createDatabase: has(role, 'create_database'),
          createRole: has(role, 'create_role'),
          inherit: !has(role, 'no_inherit'),
        },
      ]
    })
  }

  #view(view: ModelObject): ViewFacts {
    const { schema, name } = view
    for (const index of this.#objects.parts(view, 'index')) {
      this.#leave(index, 'Drizzle has no indexes of views')
    }
    for (const value of this.#objects.parts(view, 'default')) {
      this.#leave(value, 'Drizzle has no defaults of views')
    }
    return {
      schema,
      name,
      materialized: view.kind === 'materialized_view',
      definition: textOf(view, 'definition') ?? '',
      columns: rowsOf(view, 'columns').map(([column, type]) => ({
        name: String(column),
        type: typeOf(String(type), this.#enums()),
      })),
      options: listOf(view, 'options').map(option => {
        const at = option.indexOf('=')
        return [option.slice(0, at), option.slice(at + 1)]
      }),
      withoutData: has(view, 'unpopulated'),
    }
  }
}

const kMaxBigint = '9223372036854775807'

/** A name as PostgreSQL prints it, as far as it needs no quotes; keywords are the exception. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function sequenceFacts(facts: ModelObject['facts']): SequenceFacts {
  const number = (key: string): string => String(facts[key] ?? '')
  return {
    schema: String(facts['schema']),
    name: String(facts['name']),
    increment: number('increment'),
    min: number('min'),
    max: number('max'),
    start: number('start'),
    cache: number('cache'),
    cycle: facts['cycle'] === true,
  }
}

function policyFacts(policy: ModelObject): PolicyFacts {
  const using = textOf(policy, 'using')
  const check = textOf(policy, 'check')
  const roles = listOf(policy, 'roles')
  return {
    name: policy.name,
    restrictive: has(policy, 'restrictive'),
    command: textOf(policy, 'command') ?? 'all',
    roles: roles.length === 0 ? ['public'] : roles,
    ...(using === undefined ? {} : { using: bare(using) }),
    ...(check === undefined ? {} : { check: bare(check) }),
  }
}
