/** Values of parameters, as the types that a check has found want them. */
import { isBytes } from '../fragment.ts'
import { toText, vector } from '../params.ts'
import type { Diagnostic, Judge } from './result.ts'

type Kind =
  'text' | 'json' | 'vector' | 'integer' | 'number' | 'boolean' | 'time' | 'bytes' | 'other'

interface Shape {
  kind: Kind
  /** Of an array, the type of its elements. */
  element: string | undefined
}

const KINDS: Record<string, Kind> = {
  text: 'text',
  'character varying': 'text',
  character: 'text',
  name: 'text',
  json: 'json',
  jsonb: 'json',
  vector: 'vector',
  halfvec: 'vector',
  smallint: 'integer',
  integer: 'integer',
  bigint: 'integer',
  oid: 'integer',
  numeric: 'number',
  real: 'number',
  'double precision': 'number',
  boolean: 'boolean',
  date: 'time',
  'timestamp without time zone': 'time',
  'timestamp with time zone': 'time',
  bytea: 'bytes',
}

// The least and the greatest that there is of a type.
const RANGES: Record<string, [min: bigint, max: bigint]> = {
  smallint: [-(2n ** 15n), 2n ** 15n - 1n],
  integer: [-(2n ** 31n), 2n ** 31n - 1n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
  // Its input takes what an int4 has as well, and wraps it.
  oid: [-(2n ** 31n), 2n ** 32n - 1n],
}

// The forms in which values mostly come. What has one of these is right, and nobody need be asked.
const DAY = '(?!0000)\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\\d|2[0-8])'
const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?'
const MOMENT = new RegExp(`^${DAY}(?:[T ]${TIME}(?:Z|[+-](?:0\\d|1[0-4])(?::[0-5]\\d)?)?)?$`)
const NUMBER = /^-?\d{1,30}(?:\.\d{1,30})?$/
const USUAL: Record<string, RegExp> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  smallint: /^-?\d{1,4}$/,
  integer: /^-?\d{1,9}$/,
  bigint: /^-?\d{1,18}$/,
  numeric: NUMBER,
  real: NUMBER,
  'double precision': NUMBER,
  boolean: /^(?:true|false|t|f)$/,
  date: MOMENT,
  'timestamp without time zone': MOMENT,
  'timestamp with time zone': MOMENT,
}

// Longer texts are the server's to look at: that is what it does with them anyhow.
const JUDGED_MAX = 8192

const shapes = new Map<string, Shape>()

function shapeOf(type: string): Shape {
  let shape = shapes.get(type)
  if (shape === undefined) {
    const element = type.endsWith('[]') ? type.slice(0, -2) : undefined
    // An extension may be in any schema.
    const name = type.replace(/^.*\.(?=vector$|halfvec$)/, '')
    shape = { kind: (Object.hasOwn(KINDS, name) && KINDS[name]) || 'other', element }
    shapes.set(type, shape)
  }
  return shape
}

/** Whether bytes can be a parameter of this type as they are. */
export function takesBytes(value: ArrayBufferView | ArrayBuffer, type: string): boolean {
  const { kind, element } = shapeOf(type)
  return kind === 'bytes' || isNumbers(value) && (kind === 'vector' || element !== undefined)
}

/** The value as a parameter of this type: itself, where it goes as it always does. */
export function fit(value: unknown, type: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { kind, element } = shapeOf(type)
  if ('toPostgres' in value && typeof value.toPostgres === 'function') return toText(value)
  if (kind === 'json') return isBytes(value) ? value : JSON.stringify(value)
  if (kind === 'vector' && (Array.isArray(value) || isNumbers(value))) {
    return vector(value as Float32Array)
  }
  if (element !== undefined) {
    if (Array.isArray(value)) return arrayText(value, element)
    if (isNumbers(value)) return '{' + value.join(',') + '}'
  }
  return value
}

/** Every element is quoted, so that no text can be taken for NULL, a brace or a separator. */
function arrayText(values: readonly unknown[], element: string): string {
  const { kind } = shapeOf(element)
  const texts = values.map(value => {
    const isNested = Array.isArray(value) && kind !== 'json' && kind !== 'vector'
    if (isNested) return arrayText(value, element)
    const text = toText(fit(value, element))
    return text === null ? 'NULL' : '"' + text.replace(/["\\]/g, '\\$&') + '"'
  })
  return '{' + texts.join(',') + '}'
}

/** Whether it is a typed array of numbers, which bytes without a length of elements are not. */
function isNumbers(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
}

/** What is wrong with a value that was made to fit, in PostgreSQL's words. */
export function misfit(
  given: unknown, fitted: unknown, type: string, judge: Judge,
): Diagnostic | undefined {
  const { kind, element } = shapeOf(type)
  if (fitted === null || fitted === undefined || kind === 'text' || kind === 'vector') return
  if (element !== undefined && isUsualArray(given, element)) return
  if (typeof fitted === 'string' && isUsual(fitted, type)) return
  if (kind === 'integer' && typeof fitted !== 'object') return wholeMisfit(fitted, type, judge)
  if (kind === 'number' && (typeof fitted === 'number' || typeof fitted === 'bigint')) return
  if (kind === 'boolean' && typeof fitted === 'boolean') return
  if (kind === 'json' && typeof given === 'object') return
  if (kind === 'time' && fitted instanceof Date && !Number.isNaN(fitted.getTime())) return
  if (isBytes(fitted)) return
  return judged(toText(fitted), type, judge)
}

function isUsual(text: string, type: string): boolean {
  return Object.hasOwn(USUAL, type) && (USUAL[type] as RegExp).test(text)
}

/** Whether each element is certainly right: then the array is, which was written here. */
function isUsualArray(given: unknown, element: string): boolean {
  const { kind } = shapeOf(element)
  if (isNumbers(given)) return kind === 'number'
  if (!Array.isArray(given)) return false
  if (kind === 'text') return given.every(each => typeof each === 'string')
  if (kind === 'integer') return element !== 'smallint' && given.every(isSmall)
  return kind === 'number' && given.every(each => typeof each === 'number')
}

function judged(text: string | null, type: string, judge: Judge): Diagnostic | undefined {
  return text === null || text.length > JUDGED_MAX ? undefined : judge.value(type, text)
}

/** A whole number: what JavaScript has as one is judged here, since it is what comes most. */
function wholeMisfit(value: unknown, type: string, judge: Judge): Diagnostic | undefined {
  if (type !== 'smallint' && isSmall(value)) return
  const text = String(value)
  if (typeof value === 'string') return judged(text, type, judge)
  if (!/^-?\d+$/.test(text)) {
    return { code: '22P02', message: `invalid input syntax for type ${type}: "${text}"` }
  }
  const [min, max] = RANGES[type] as [bigint, bigint]
  if (BigInt(text) >= min && BigInt(text) <= max) return undefined
  return { code: '22003', message: `value "${text}" is out of range for type ${type}` }
}

/** Whether it is a number that every type of whole numbers but the smallest takes. */
function isSmall(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value
}
