/** A column as Drizzle's builders say it. */
import type { DrizzleDefault, DrizzleType } from './drizzle-snapshot-column.js'
import type { ColumnFacts, SequenceFacts } from './drizzle-snapshot-types.js'
import { camelCase, quoteJs, sqlTemplate, valueJs, type Names } from './schema-ts-names.js'

/** What a column needs of the module that it is written into. */
export interface ModuleNames {
  /** Notes that a name of Drizzle's is used, and gives it. */
  use: (name: string) => string
  enumOf: (type: { schema: string; name: string }) => string
  /** The constant that makes columns of a type that Drizzle does not have. */
  customOf: (type: string) => string
}

/** The line of a column within a table, under its key. */
export function columnJs(
  key: string,
  column: ColumnFacts,
  table: string,
  names: ModuleNames,
): string {
  const { name, type, notNull, primary, generated, identity } = column
  // Drizzle forgets that a bigserial of mode 'bigint' cannot be null.
  const isSerial = /^(small)?serial$/.test(type.text)
  const calls = [
    builderJs(key === name ? undefined : name, type, names),
    type.array ? '.array()' : '',
    primary ? '.primaryKey()' : '',
    notNull && !primary && !isSerial && identity === undefined ? '.notNull()' : '',
    column.default === undefined ? '' : defaultJs(column.default, names),
    generated === undefined ? '' : `.generatedAlwaysAs(${sqlOf(generated, names)})`,
    identity === undefined ? '' : identityJs(identity, `${table}_${name}_seq`, type.text),
  ]
  return `${key}: ${calls.join('')}`
}

/** A column of a view: its type alone. */
export function viewColumnJs(
  key: string,
  column: { name: string; type: DrizzleType },
  names: ModuleNames,
): string {
  const { name, type } = column
  const builder = builderJs(key === name ? undefined : name, type, names)
  return `${key}: ${builder}${type.array ? '.array()' : ''}`
}

function builderJs(name: string | undefined, type: DrizzleType, names: ModuleNames): string {
  const first = name === undefined ? [] : [quoteJs(name)]
  if (type.enum !== undefined) return `${names.enumOf(type.enum)}(${first.join('')})`
  if (type.builder === null) return `${names.customOf(type.said)}(${first.join('')})`
  const serial = /serial$/.test(type.text) ? type.text : undefined
  const options =
    serial === undefined ? type.builder.options : serial === 'bigserial' ? { mode: 'bigint' } : {}
  const all = [...first, ...(Object.keys(options).length === 0 ? [] : [valueJs(options)])]
  return `${names.use(serial ?? type.builder.name)}(${all.join(', ')})`
}

function defaultJs(value: DrizzleDefault, names: ModuleNames): string {
  switch (value.kind) {
    case 'text':
      return `.default(${quoteJs(value.value)})`
    case 'value':
    case 'json':
      return `.default(${valueJs(value.value)})`
    case 'now':
      return '.defaultNow()'
    case 'random':
      return '.defaultRandom()'
    case 'sql':
      return `.default(${sqlOf(value.text, names)})`
  }
}

/** SQL as Drizzle takes it. */
export function sqlOf(text: string, names: ModuleNames): string {
  names.use('sql')
  return sqlTemplate(text)
}

function identityJs(
  identity: SequenceFacts & { always: boolean },
  usual: string,
  type: string,
): string {
  const call = identity.always ? 'generatedAlwaysAsIdentity' : 'generatedByDefaultAsIdentity'
  const options = {
    ...(identity.name === usual ? {} : { name: identity.name }),
    ...sequenceOptions(identity, type),
  }
  return `.${call}(${Object.keys(options).length === 0 ? '' : valueJs(options)})`
}

const kLimits: Readonly<Record<string, readonly [min: string, max: string]>> = {
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
}

/** What of a sequence is not as it is by itself. Numbers beyond JavaScript's are texts. */
export function sequenceOptions(
  { increment, min, max, start, cache, cycle }: SequenceFacts,
  type: string,
): Record<string, string | number | true> {
  const isDown = increment.startsWith('-')
  const [lowest, highest] = kLimits[type] ?? ['', '']
  const usual = isDown ? { min: lowest, max: '-1' } : { min: '1', max: highest }
  const value = (text: string): string | number =>
    Number.isSafeInteger(Number(text)) ? Number(text) : text
  return {
    ...(start === (isDown ? max : min) ? {} : { startWith: value(start) }),
    ...(increment === '1' ? {} : { increment: value(increment) }),
    ...(min === usual.min ? {} : { minValue: value(min) }),
    ...(max === usual.max ? {} : { maxValue: value(max) }),
    ...(cache === '1' ? {} : { cache: value(cache) }),
    ...(cycle ? { cycle: true as const } : {}),
  }
}

/** Keys for columns, by their names. */
export function keysOf(columns: readonly { name: string }[], names: Names): Map<string, string> {
  return new Map(
    columns.map(({ name }, index) => [name, names.take(camelCase(name, `column${index + 1}`), '')]),
  )
}
