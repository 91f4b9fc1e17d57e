/**
 * Types of columns: `{ base: 'integer' }` or `{ ref: id }` of an enum, domain, composite or range,
 * each with `array: true` or not. What is written about a column (its default, checks, predicates)
 * follows from its type, so that a changed type leaves everything about the column valid.
 */
import { literalText, quote } from './names.mjs'

const pad = i => String(i).padStart(2, '0')

// The value of row i is the same function for every column of a type, so foreign keys hold.
const BASES = {
  smallint: { family: 'number', weight: 3, value: i => `${i}` },
  integer: { family: 'number', weight: 8, value: i => `${i}` },
  bigint: { family: 'number', weight: 6, value: i => `${i}` },
  numeric: { family: 'number', weight: 2, value: i => `${i}` },
  'numeric(10,2)': { family: 'number', weight: 4, value: i => `${i}` },
  'numeric(14,4)': { family: 'number', weight: 2, value: i => `${i}` },
  real: { family: 'number', weight: 1, value: i => `${i}` },
  'double precision': { family: 'number', weight: 2, value: i => `${i}` },
  text: { family: 'text', weight: 10, value: i => `${i}` },
  'character varying(20)': { family: 'text', weight: 4, value: i => `${i}` },
  'character varying(60)': { family: 'text', weight: 3, value: i => `${i}` },
  'character(8)': { family: 'text', weight: 1, value: i => `${i}` },
  boolean: { family: 'boolean', weight: 4, value: () => 'true' },
  date: { family: 'date', weight: 3, value: i => `2024-01-${pad(i)}` },
  'timestamp without time zone': {
    family: 'timestamp', weight: 2, value: i => `2024-01-${pad(i)} 00:00:00`,
  },
  'timestamp with time zone': {
    family: 'timestamptz', weight: 6, value: i => `2024-01-${pad(i)} 00:00:00+00`,
  },
  'timestamp(3) with time zone': {
    family: 'timestamptz', weight: 2, value: i => `2024-01-${pad(i)} 00:00:00+00`,
  },
  interval: { family: 'interval', weight: 2, value: i => `${i} hours` },
  jsonb: { family: 'json', weight: 5, value: i => `{"a": ${i}}` },
  json: { family: 'json', weight: 1, value: i => `{"a": ${i}}` },
  uuid: { family: 'uuid', weight: 4, value: i => `00000000-0000-4000-8000-0000000000${pad(i)}` },
  bytea: { family: 'bytea', weight: 2, value: i => `\\x${pad(i)}` },
  inet: { family: 'inet', weight: 2, value: i => `10.0.0.${i}` },
  int4range: { family: 'range', weight: 2, value: i => `[${10 * i},${10 * i + 5})` },
  tstzrange: {
    family: 'range', weight: 1,
    value: i => `["2024-01-${pad(i)} 00:00:00+00","2024-01-${pad(i)} 12:00:00+00")`,
  },
  int4multirange: { family: 'range', weight: 1, value: i => `{[${10 * i},${10 * i + 5})}` },
  tsvector: { family: 'tsvector', weight: 1, value: i => `'a${i}'` },
}
const SUBTYPES = {
  int4range: 'integer', int4multirange: 'integer', tstzrange: 'timestamp with time zone',
}
const KEYS = new Set(['number', 'text', 'date', 'timestamp', 'timestamptz', 'uuid', 'inet'])

// What a cast turns into what without trouble for the values above.
const NUMBERS = Object.keys(BASES).filter(name => BASES[name].family === 'number')
const TEXTS = Object.keys(BASES).filter(name => BASES[name].family === 'text')
const TIMES = Object.keys(BASES).filter(name => /^(date|timestamp)/.test(name))
const CASTS = {
  number: [...NUMBERS, ...TEXTS],
  text: [...TEXTS, ...TEXTS, ...NUMBERS, 'jsonb'],
  date: [...TIMES, 'text'],
  timestamp: [...TIMES, 'text'],
  timestamptz: [...TIMES, 'text'],
  json: ['json', 'jsonb', 'text'],
  uuid: ['text', 'character varying(60)'],
  inet: ['text'],
  interval: ['text'],
  boolean: ['text', 'integer'],
  bytea: [],
  range: ['text'],
  tsvector: ['text'],
}

export const baseNames = Object.entries(BASES).map(([name, { weight }]) => [weight, name])

/** The object that a type refers to. */
export function target(schema, type) {
  if (type.ref === undefined) return undefined
  const { enums, domains, composites, ranges } = schema
  return [...enums, ...domains, ...composites, ...ranges].find(({ id }) => id === type.ref)
}

/** The type under a domain. */
function root(schema, type) {
  const found = type.array ? undefined : target(schema, type)
  return found?.kind === 'domain' ? root(schema, found.base) : type
}

/** Which predicates and expressions a type has: `number`, `text`, `enum`, `array` and so on. */
export function family(schema, type) {
  const at = root(schema, type)
  if (at.array) return 'array'
  return at.ref === undefined ? BASES[at.base].family : target(schema, at).kind
}

/** Whether rows differ in a column of this type, and it has a btree operator class. */
export const isKey = (schema, type) => KEYS.has(family(schema, type))

/** The type as SQL. */
export function typeText(schema, type) {
  const found = target(schema, type)
  const name = found ? `${quote(found.schema)}.${quote(found.name)}` : type.base
  return type.array ? `${name}[]` : name
}

/** Whether values of one type, as `valueText` makes them, can be cast to another. */
export function fits(schema, type, wantedSchema, wanted) {
  const from = root(schema, type)
  const to = root(wantedSchema, wanted)
  if (Boolean(from.array) !== Boolean(to.array)) return false
  if (from.ref !== undefined && to.ref !== undefined) {
    return fitsInto(schema, from, wantedSchema, to)
  }
  if (to.ref !== undefined) return false
  if (from.ref !== undefined) {
    return !from.array && family(schema, from) === 'enum' && to.base === 'text'
  }
  return from.base === to.base || castsTo(BASES[from.base].family).includes(to.base)
}

/** Whether a type that is no base type is the same one later, and its parts take their values. */
function fitsInto(schema, from, wantedSchema, to) {
  if (typeText(schema, from) !== typeText(wantedSchema, to)) return false
  const old = target(schema, from)
  const wanted = target(wantedSchema, to)
  if (old.kind !== wanted.kind || old.subtype !== wanted.subtype) return false
  if (old.kind === 'domain') return fits(schema, old.base, wantedSchema, wanted.base)
  return (old.attributes ?? []).every(attribute => {
    const later = wanted.attributes.find(({ name }) => name === attribute.name)
    return later === undefined || fits(schema, attribute.type, wantedSchema, later.type)
  })
}

const castsTo = name => CASTS[name] ?? []

/** The base types that a column of this type may be changed to while it has rows. */
export function castable(schema, type) {
  const at = root(schema, type)
  if (at.array || at.ref !== undefined) return family(schema, at) === 'enum' ? ['text'] : []
  return castsTo(BASES[at.base].family).filter(name => name !== at.base)
}

/** The value of row `i` in the text form of its type; `label` picks the enum's label. */
export function valueText(schema, type, i, label = found => found.labels[0]) {
  if (type.array) {
    return `{${JSON.stringify(valueText(schema, { ...type, array: false }, i, label))}}`
  }
  if (type.ref === undefined) return BASES[type.base].value(i)
  const found = target(schema, type)
  if (found.kind === 'domain') return valueText(schema, found.base, i, label)
  if (found.kind === 'enum') return label(found)
  if (found.kind === 'range') return rangeText(found, i)
  const parts = found.attributes.map(({ type: at }) =>
    JSON.stringify(valueText(schema, at, i, label)))
  return `(${parts.join(',')})`
}

function rangeText({ subtype }, i) {
  if (subtype === 'timestamp with time zone') return BASES.tstzrange.value(i)
  return subtype === 'text' ? `[${i}a,${i}b)` : `[${10 * i},${10 * i + 5})`
}

/** The value of row `i` as SQL, cast to its type. */
export function literal(schema, type, i, label) {
  return `${literalText(valueText(schema, type, i, label))}::${typeText(schema, type)}`
}

/** A condition on a column that every row of ours satisfies; there are a few for each family. */
export function predicate(schema, type, sql, variant = 0) {
  const at = root(schema, type)
  const kind = family(schema, type)
  const choices = {
    number: [`${sql} > 0`, `${sql} < 30000`, `${sql} <> 0`, `${sql} between 0 and 999`],
    text: [`${sql} <> ''`, `length(${sql}) < 99`, `${sql} !~ '^;--'`, `${sql} not in ('-', '--')`],
    boolean: [`${sql} is not false`, `(${sql} or ${sql} is null)`],
    date: [`${sql} > '2000-01-01'::date`],
    timestamp: [`${sql} > '2000-01-01 00:00:00'::timestamp`],
    timestamptz: [`${sql} > '2000-01-01 00:00:00+00'::timestamptz`],
    interval: [`${sql} > '0'::interval`, `${sql} <> '-1 day'::interval`],
    json: [`(${sql} ->> 'a') is distinct from 'none'`],
    uuid: [`${sql} <> '00000000-0000-0000-0000-000000000000'::uuid`],
    bytea: [`length(${sql}) < 1000`],
    inet: [`family(${sql}) = 4`],
    range: [`not isempty(${sql})`],
    tsvector: [`length(${sql}) < 100`],
    array: [`cardinality(${sql}) < 10`, `array_ndims(${sql}) = 1`],
  }
  if (kind === 'composite') {
    const [first] = target(schema, at).attributes
    return predicate(schema, first.type, `(${sql}).${quote(first.name)}`, variant)
  }
  if (kind === 'enum') {
    const found = target(schema, at)
    const labels = found.labels.map(label => `${literalText(label)}::${typeText(schema, at)}`)
    const value = type.ref === at.ref ? sql : `(${sql})::${typeText(schema, at)}`
    return variant % 2 ? `${value} <= ${labels.at(-1)}` : `${value} in (${labels.join(', ')})`
  }
  return choices[kind][variant % choices[kind].length]
}

/** An immutable expression over a column: `{ sql, type }`. */
export function derived(schema, type, sql) {
  const at = root(schema, type)
  const base = name => ({ base: name })
  switch (family(schema, type)) {
    case 'number':
      return { sql: `(${sql} + 1)`, type: base(sumOf(at.base)) }
    case 'text':
      return { sql: `lower(${sql})`, type: base('text') }
    case 'boolean':
      return { sql: `coalesce(${sql}, true)`, type: base('boolean') }
    case 'date':
      return { sql: `(${sql} + 1)`, type: base('date') }
    case 'timestamp':
      return { sql: `date_trunc('day', ${sql})`, type: base('timestamp without time zone') }
    case 'timestamptz':
      return {
        sql: `date_trunc('day', ${sql} at time zone 'UTC')`,
        type: base('timestamp without time zone'),
      }
    case 'interval':
      return { sql: `(${sql} * 2)`, type: base('interval') }
    case 'json':
      return { sql: `(${sql} ->> 'a')`, type: base('text') }
    case 'inet':
      return { sql: `host(${sql})`, type: base('text') }
    case 'array':
      return { sql: `cardinality(${sql})`, type: base('integer') }
    case 'bytea':
    case 'tsvector':
      return { sql: `length(${sql})`, type: base('integer') }
    case 'range':
      return { sql: `lower(${sql})`, type: base(subtypeOf(schema, at)) }
    case 'composite': {
      const [first] = target(schema, at).attributes
      return { sql: `(${sql}).${quote(first.name)}`, type: first.type }
    }
    default:
      return { sql: `coalesce(${sql}, ${literal(schema, at, 1)})`, type: at }
  }
}

function sumOf(base) {
  if (base === 'smallint') return 'integer'
  if (base === 'real') return 'double precision'
  return base.startsWith('numeric') ? 'numeric' : base
}

const subtypeOf = (schema, type) => target(schema, type)?.subtype ?? SUBTYPES[type.base]
