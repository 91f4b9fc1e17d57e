/** TypeScript's types of PostgreSQL's values, as the package `ballast` returns and takes them. */

/** A type as a row has it, and as a parameter may be. */
export interface ValueType {
  row: string
  parameter: string
}

const kText: ValueType = { row: 'string', parameter: 'string' }
const kWhole: ValueType = { row: 'number', parameter: 'number' }
const kFloat: ValueType = { row: 'number', parameter: 'number | string' }
// A whole number of 64 bits, and a number of any size, are more than JavaScript's can hold.
const kLarge: ValueType = { row: 'string', parameter: 'string | number | bigint' }
const kDate: ValueType = { row: 'Date', parameter: 'Date | string' }
const kJson: ValueType = { row: 'unknown', parameter: 'unknown' }

const kValues: Readonly<Record<string, ValueType>> = {
  boolean: { row: 'boolean', parameter: 'boolean' },
  smallint: kWhole,
  integer: kWhole,
  oid: kWhole,
  bigint: kLarge,
  numeric: kLarge,
  real: kFloat,
  'double precision': kFloat,
  date: kDate,
  'timestamp without time zone': kDate,
  'timestamp with time zone': kDate,
  interval: { row: 'Interval', parameter: 'Interval | string' },
  json: kJson,
  jsonb: kJson,
  bytea: { row: 'Uint8Array', parameter: 'Uint8Array' },
  point: { row: '{ x: number; y: number }', parameter: 'string' },
  circle: { row: '{ x: number; y: number; radius: number }', parameter: 'string' },
}

/** Arrays that come as arrays; one of any other type comes as PostgreSQL's text for it. */
const kArrays: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  bytea: 'Uint8Array',
  smallint: 'number',
  integer: 'number',
  oid: 'number',
  bigint: 'string',
  // Unlike a single one: so it has always been with the drivers for PostgreSQL.
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  json: 'unknown',
  jsonb: 'unknown',
  point: '{ x: number; y: number }',
  date: 'Date',
  'timestamp without time zone': 'Date',
  'timestamp with time zone': 'Date',
  interval: 'Interval',
}

const kTextArrays = new Set([
  'text',
  'character varying',
  'character',
  'uuid',
  'cidr',
  'inet',
  'macaddr',
  'money',
  'regproc',
  'time without time zone',
  'time with time zone',
  'numrange',
])

/** The value of a type that PostgreSQL has printed; `known` are enums and domains by name. */
export function valueOf(printed: string, known: ReadonlyMap<string, ValueType>): ValueType {
  const array = printed.endsWith('[]')
  const element = withoutModifier(array ? printed.slice(0, -2) : printed)
  const single = known.get(element) ?? kValues[element] ?? kText
  if (!array) return single
  const row = kArrays[element] ?? (kTextArrays.has(element) ? 'string' : undefined)
  const parameter = `(${single.parameter} | null)[] | string`
  if (row === 'unknown') return { row: 'unknown[]', parameter: 'unknown[] | string' }
  return { row: row === undefined ? 'string' : `(${row} | null)[]`, parameter }
}

/** `character varying(20)` and `timestamp(3) with time zone` as the types that they are of. */
function withoutModifier(type: string): string {
  if (type.startsWith('interval')) return 'interval'
  return type.startsWith('"') ? type : type.replace(/\(\d+(?:,-?\d+)?\)/, '')
}
