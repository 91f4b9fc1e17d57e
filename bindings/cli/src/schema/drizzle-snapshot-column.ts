/** Types and defaults of columns, in the words of Drizzle's builders. */
import type { EnumFacts } from './drizzle-snapshot-types.js'

/** A type, and how Drizzle calls it. */
export interface DrizzleType {
  /** The type as PostgreSQL prints it, without the brackets of an array. */
  text: string
  /** What 0.45 calls it in SQL; 1.0 leaves out the spaces before what is in parentheses. */
  said: string
  /** The builder and its options, or null where it takes a type of one's own. */
  builder: { name: string; options: Readonly<Record<string, string | number | true>> } | null
  enum?: { schema: string; name: string }
  array: boolean
  /** The brackets of an array as they were written, where that is known. */
  dimensions?: string
}

/** A default: a value of JavaScript, a call of the builder's own, or SQL. */
export type DrizzleDefault =
  | { kind: 'text'; value: string }
  | { kind: 'value'; value: number | boolean }
  | { kind: 'json'; value: object }
  | { kind: 'now' | 'random' }
  | { kind: 'sql'; text: string }

interface Pattern {
  /** With groups for what is in parentheses. */
  pattern: RegExp
  builder: string
  options?: (groups: readonly string[]) => Record<string, string | number | true>
  /** What 0.45 calls it where that is not how PostgreSQL does. */
  said?: (groups: readonly string[]) => string
}

const number =
  (name: string) =>
  (groups: readonly string[]): Record<string, number> =>
    groups[0] === undefined || groups[0] === '' ? {} : { [name]: Number(groups[0]) }

const sized =
  (word: string) =>
  (groups: readonly string[]): string =>
    groups[0] === undefined || groups[0] === '' ? word : `${word}(${groups[0]})`

const plain = (pattern: RegExp, builder: string): Pattern => ({ pattern, builder })

function timed([precision = '', zone = '']: readonly string[]): Record<string, number | true> {
  return {
    ...(precision === '' ? {} : { precision: Number(precision) }),
    ...(zone === 'with' ? { withTimezone: true as const } : {}),
  }
}

const kPatterns: readonly Pattern[] = [
  plain(/^smallint$/, 'smallint'),
  plain(/^integer$/, 'integer'),
  { pattern: /^bigint$/, builder: 'bigint', options: () => ({ mode: 'bigint' }) },
  plain(/^boolean$/, 'boolean'),
  plain(/^text$/, 'text'),
  plain(/^real$/, 'real'),
  plain(/^double precision$/, 'doublePrecision'),
  plain(/^uuid$/, 'uuid'),
  plain(/^json$/, 'json'),
  plain(/^jsonb$/, 'jsonb'),
  plain(/^date$/, 'date'),
  plain(/^inet$/, 'inet'),
  plain(/^cidr$/, 'cidr'),
  plain(/^macaddr$/, 'macaddr'),
  plain(/^macaddr8$/, 'macaddr8'),
  plain(/^point$/, 'point'),
  plain(/^line$/, 'line'),
  {
    pattern: /^character varying(?:\((\d+)\))?$/,
    builder: 'varchar',
    options: number('length'),
    said: sized('varchar'),
  },
  {
    pattern: /^character\((\d+)\)$/,
    builder: 'char',
    options: number('length'),
    said: sized('char'),
  },
  {
    pattern: /^numeric(?:\((\d+),(\d+)\))?$/,
    builder: 'numeric',
    options: ([precision = '', scale = '']) =>
      precision === ''
        ? {}
        : {
            precision: Number(precision),
            ...(scale === '0' ? {} : { scale: Number(scale) }),
          },
    said: ([precision = '', scale = '']) =>
      precision === '' ? 'numeric' : `numeric(${precision}${scale === '0' ? '' : `, ${scale}`})`,
  },
  {
    pattern: /^timestamp(?:\((\d)\))? (with|without) time zone$/,
    builder: 'timestamp',
    options: timed,
    said: ([precision = '', zone = '']) =>
      `timestamp${precision === '' ? '' : ` (${precision})`}` +
      (zone === 'with' ? ' with time zone' : ''),
  },
  {
    pattern: /^time(?:\((\d)\))? (with|without) time zone$/,
    builder: 'time',
    options: timed,
    said: ([precision = '', zone = '']) =>
      `${sized('time')([precision])}${zone === 'with' ? ' with time zone' : ''}`,
  },
  {
    pattern: /^interval(?: ((?:year|month|day|hour|minute|second)(?: to \w+)?))?(?:\((\d)\))?$/,
    builder: 'interval',
    options: ([fields = '', precision = '']) => ({
      ...(fields === '' ? {} : { fields }),
      ...(precision === '' ? {} : { precision: Number(precision) }),
    }),
  },
  { pattern: /^bit\((\d+)\)$/, builder: 'bit', options: number('dimensions') },
  {
    pattern: /^(?:public\.)?vector\((\d+)\)$/,
    builder: 'vector',
    options: number('dimensions'),
    said: sized('vector'),
  },
  {
    pattern: /^(?:public\.)?halfvec\((\d+)\)$/,
    builder: 'halfvec',
    options: number('dimensions'),
    said: sized('halfvec'),
  },
  {
    pattern: /^(?:public\.)?sparsevec\((\d+)\)$/,
    builder: 'sparsevec',
    options: number('dimensions'),
    said: sized('sparsevec'),
  },
]

/** A type that PostgreSQL has printed; `enums` are by their names as it prints them. */
export function typeOf(printed: string, enums: ReadonlyMap<string, EnumFacts>): DrizzleType {
  const array = printed.endsWith('[]')
  const text = array ? printed.slice(0, -2) : printed
  const found = enums.get(text)
  if (found !== undefined) {
    const { schema, name } = found
    return { text, said: name, builder: null, enum: { schema, name }, array }
  }
  for (const { pattern, builder, options, said } of kPatterns) {
    const match = pattern.exec(text)
    if (match === null) continue
    const groups = match.slice(1)
    return {
      text,
      said: said?.(groups) ?? text,
      builder: { name: builder, options: options?.(groups) ?? {} },
      array,
    }
  }
  // Of a type in public the search path finds the name, and with it its extension.
  return { text, said: text.replace(/^public\.(?=[a-z])/, ''), builder: null, array }
}

/** The type as one of Drizzle's versions has it in its snapshots, without an array's brackets. */
export function saidType({ said, builder }: DrizzleType, naming: '0.45' | '1.0'): string {
  if (naming === '0.45' || builder === null) return said
  return said.replace(' (', '(').replace(', ', ',')
}

/** What `default('…')` makes a literal of, by the type that PostgreSQL then prints. */
const kTexts: Readonly<Record<string, string>> = {
  text: 'text',
  varchar: 'character varying',
  char: 'bpchar',
  uuid: 'uuid',
  date: 'date',
}

/** A default that PostgreSQL has printed. */
export function defaultOf(text: string, type: DrizzleType): DrizzleDefault {
  const sql: DrizzleDefault = { kind: 'sql', text }
  if (type.array) return sql
  const builder = type.builder?.name ?? ''
  const literal = /^'((?:[^']|'')*)'::([\s\S]+)$/.exec(text)
  if (literal !== null) {
    const [, quoted = '', cast] = literal
    const value = quoted.replaceAll("''", "'")
    const wanted = type.enum === undefined ? kTexts[builder] : type.text
    if (cast === wanted) return { kind: 'text', value }
    if (builder === 'jsonb' && cast === 'jsonb') return jsonOf(value) ?? sql
    const isNegative = /^-[1-9]\d{0,9}$/.test(value) && cast === 'integer'
    if (isNegative && isWhole(builder)) return { kind: 'value', value: Number(value) }
    return sql
  }
  if (isWhole(builder) && /^\d{1,10}$/.test(text)) return { kind: 'value', value: Number(text) }
  if (builder === 'boolean' && /^(true|false)$/.test(text)) {
    return { kind: 'value', value: text === 'true' }
  }
  if (text === 'now()' && ['timestamp', 'date', 'time'].includes(builder)) return { kind: 'now' }
  if (text === 'gen_random_uuid()' && builder === 'uuid') return { kind: 'random' }
  return sql
}

function isWhole(builder: string): boolean {
  return builder === 'integer' || builder === 'smallint'
}

/** JSON that JavaScript reads and writes as it is; drizzle-kit does not double its quotes. */
function jsonOf(text: string): DrizzleDefault | undefined {
  if (text.includes("'")) return undefined
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) return undefined
  const compact = text.replace(/("(?:[^"\\]|\\.)*")|([,:]) /g, '$1$2')
  return JSON.stringify(value) === compact ? { kind: 'json', value } : undefined
}
