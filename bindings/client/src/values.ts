/** Cells of a block as JavaScript values: those that the official driver gives. */
import {
  ARRAY, BOOLEAN, BYTEA, CIRCLE, DATA, ELEMENTS, ELEMENT_COUNT, FLOAT32S, FLOAT64S, FLOAT8, INT4,
  INT8_BIGINT, INT8_NUMBER, INTERVAL, JSON_KIND, KIND, NULLS, NULL_COUNT, POINT, PROGRAM,
  TEXT, TIMESTAMP, TIMESTAMPTZ, COLUMN_WORDS,
} from './block.ts'
import type { Block } from './block.ts'
import { Interval } from './interval.ts'

const WIDE = 0x80000000
const MASK = 0x7fffffff
const WORD_OPEN = 0
const WORD_CLOSE = 1
const WORD_NULL = 2

/** Arrays of numbers, by column, that are filled again and again. */
export type Scratch = (unknown[] | undefined)[]

/**
 * All values of a column, in the order of the rows. With `scratch`, numbers come in an array that
 * is longer than that and good until the next call: fewer arrays are fewer collections.
 */
export function columnValues(block: Block, column: number, scratch?: Scratch): unknown[] {
  const at = block.base + column * COLUMN_WORDS
  const { columns, rows } = block
  const kind = columns[at + KIND] as number
  const data = columns[at + DATA] as number
  let values: unknown[]
  if ((kind & ARRAY) !== 0) values = arrays(block, at)
  else if (kind === FLOAT32S || kind === FLOAT64S) values = typedArrays(block, at, kind)
  else if (scratch !== undefined && (kind === INT4 || kind === FLOAT8)) {
    if (columns[at + NULL_COUNT] === 0) return numbers(block, kind, data, column, scratch)
    values = cells(block, kind, data, rows)
  } else values = cells(block, kind, data, rows)
  if (columns[at + NULL_COUNT] !== 0) {
    const nulls = columns[at + NULLS] as number
    for (let i = 0; i < rows; i++) if (block.heap.u8[nulls + i] !== 0) values[i] = null
  }
  return values
}

function numbers(
  { heap, rows }: Block, kind: number, data: number, column: number, scratch: Scratch,
): unknown[] {
  const out = (scratch[column] ??= []) as number[]
  if (kind === INT4) fillIntegers(out, heap.i32, data >> 2, rows)
  else fillDoubles(out, heap.f64, data >> 3, rows)
  return out
}

function fillIntegers(out: number[], i32: Int32Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) out[i] = i32[at + i] as number
}

function fillDoubles(out: number[], f64: Float64Array, at: number, count: number): void {
  for (let i = 0; i < count; i++) out[i] = f64[at + i] as number
}

/** `count` cells of a scalar kind from byte `data` on; those that are NULL come out as anything. */
function cells(block: Block, kind: number, data: number, count: number): unknown[] {
  const { heap } = block
  switch (kind) {
    case BOOLEAN: return booleans(heap.u8, data, count)
    case INT4: return integers(heap.i32, data >> 2, count)
    case FLOAT8:
    case INT8_NUMBER: return doubles(heap.f64, data >> 3, count)
    case INT8_BIGINT: return Array.from(heap.i64.subarray(data >> 3, (data >> 3) + count))
    case TIMESTAMPTZ: return dates(heap.f64, data >> 3, count, instant)
    case TIMESTAMP: return dates(heap.f64, data >> 3, count, zoneIsUtc() ? instant : local)
    case JSON_KIND: return pick(block.json, heap.u32, data >> 2, count)
    case BYTEA: return slices(block.bytes, heap.u32, data >> 2, count)
    case POINT:
    case CIRCLE:
    case INTERVAL: return records(heap.f64, kind, data >> 3, count)
    default: return texts(block, data >> 2, count)
  }
}

// One function for each kind of value, not one loop for all: V8 learns for each place that makes
// arrays what they hold, and only then keeps numbers in them unboxed.

function booleans(u8: Uint8Array, at: number, count: number): boolean[] {
  const out = new Array<boolean>(count)
  for (let i = 0; i < count; i++) out[i] = u8[at + i] === 1
  return out
}

function integers(i32: Int32Array, at: number, count: number): number[] {
  const out = new Array<number>(count)
  for (let i = 0; i < count; i++) out[i] = i32[at + i] as number
  return out
}

function doubles(f64: Float64Array, at: number, count: number): number[] {
  const out = new Array<number>(count)
  for (let i = 0; i < count; i++) out[i] = f64[at + i] as number
  return out
}

function dates(
  f64: Float64Array, at: number, count: number, make: (ms: number) => Date | number,
): (Date | number)[] {
  const out = new Array<Date | number>(count)
  for (let i = 0; i < count; i++) out[i] = make(f64[at + i] as number)
  return out
}

function pick(values: unknown[], u32: Uint32Array, at: number, count: number): unknown[] {
  const out = new Array<unknown>(count)
  for (let i = 0; i < count; i++) out[i] = values[u32[at + i] as number]
  return out
}

function slices(bytes: Uint8Array, u32: Uint32Array, at: number, count: number): Uint8Array[] {
  const out = new Array<Uint8Array>(count)
  for (let i = 0; i < count; i++, at += 2) {
    out[i] = slice(bytes, u32[at] as number, u32[at + 1] as number)
  }
  return out
}

/** Texts are cut out of the pool that holds them. */
function texts(block: Block, words: number, count: number): unknown[] {
  const { heap: { u32 }, latin, wide } = block
  const out = new Array<unknown>(count)
  for (let i = 0; i < count; i++, words += 2) {
    const start = u32[words] as number
    const end = u32[words + 1] as number
    out[i] = start < WIDE ? latin.substring(start, end) : wide.substring(start & MASK, end)
  }
  return out
}

function records(f64: Float64Array, kind: number, at: number, count: number): unknown[] {
  const out = new Array<unknown>(count)
  const width = kind === POINT ? 2 : kind === CIRCLE ? 3 : 7
  for (let i = 0; i < count; i++, at += width) {
    const x = f64[at] as number
    const y = f64[at + 1] as number
    if (kind === POINT) out[i] = { x, y }
    else if (kind === CIRCLE) out[i] = { x, y, radius: f64[at + 2] as number }
    else out[i] = new Interval(f64.subarray(at, at + 7))
  }
  return out
}

/** Whether each row of a column is NULL; undefined where none is. */
function nullsOf({ heap, columns, rows }: Block, at: number): Uint8Array | undefined {
  const nulls = columns[at + NULLS] as number
  return columns[at + NULL_COUNT] === 0 ? undefined : heap.u8.subarray(nulls, nulls + rows)
}

/** A list of numbers as a typed array of its own. */
function typedArrays(block: Block, at: number, kind: number): unknown[] {
  const { heap, columns, rows } = block
  const refs = (columns[at + DATA] as number) >> 2
  const elements = columns[at + ELEMENTS] as number
  const pool = kind === FLOAT32S ? heap.f32 : heap.f64
  const first = kind === FLOAT32S ? elements >> 2 : elements >> 3
  const nulls = nullsOf(block, at)
  const out = new Array<unknown>(rows)
  for (let i = 0; i < rows; i++) {
    if (nulls?.[i] === 1) continue
    const start = first + (heap.u32[refs + 2 * i] as number)
    const end = first + (heap.u32[refs + 2 * i + 1] as number)
    out[i] = pool.slice(start, end)
  }
  return out
}

/** Arrays of numbers and texts are made at once, others cut out of the values of all elements. */
function arrays(block: Block, at: number): unknown[] {
  const { heap, columns, rows } = block
  const { u32 } = heap
  const kind = (columns[at + KIND] as number) & ~ARRAY
  const first = columns[at + ELEMENTS] as number
  const refs = (columns[at + DATA] as number) >> 2
  const program = (columns[at + PROGRAM] as number) >> 2
  const nulls = nullsOf(block, at)
  let elements: unknown[] | undefined
  const all = (): unknown[] =>
    elements ??= cells(block, kind, first, columns[at + ELEMENT_COUNT] as number)
  const out = new Array<unknown>(rows)
  for (let i = 0; i < rows; i++) {
    if (nulls?.[i] === 1) continue
    const start = u32[refs + 2 * i] as number
    const count = (u32[refs + 2 * i + 1] as number) - start
    if (start >= WIDE) out[i] = run(u32, program + (start & MASK), all())
    else if (kind === FLOAT8) out[i] = doubles(heap.f64, (first >> 3) + start, count)
    else if (kind === INT4) out[i] = integers(heap.i32, (first >> 2) + start, count)
    else if (kind === TEXT) out[i] = texts(block, (first >> 2) + 2 * start, count)
    else out[i] = all().slice(start, start + count)
  }
  return out
}

/** Builds an array that is nested or holds NULLs (include/ballast/tape.h: Word). */
function run(u32: Uint32Array, at: number, elements: unknown[]): unknown {
  let next = u32[at++] as number
  const open: unknown[][] = []
  for (let current: unknown[] = []; ;) {
    const word = u32[at++]
    if (word === WORD_OPEN) {
      open.push(current)
      current = []
    } else if (word === WORD_CLOSE) {
      const parent = open.pop() as unknown[]
      if (open.length === 0) return current
      parent.push(current)
      current = parent
    } else {
      current.push(word === WORD_NULL ? null : elements[next++])
    }
  }
}

function instant(ms: number): Date | number {
  return ms - ms === 0 ? new Date(ms) : ms
}

/** A wall clock's time in the zone of this process. */
function local(ms: number): Date | number {
  if (ms - ms !== 0) return ms
  const utc = new Date(ms)
  const year = utc.getUTCFullYear()
  const date = new Date(
    year, utc.getUTCMonth(), utc.getUTCDate(),
    utc.getUTCHours(), utc.getUTCMinutes(), utc.getUTCSeconds(), utc.getUTCMilliseconds(),
  )
  // The constructor takes 0 to 99 for years of the twentieth century.
  if (year >= 0 && year < 100) date.setFullYear(year)
  return date
}

let zone: { offsets: number, isUtc: boolean } | undefined

/** Whether wall clocks here show UTC, as they do in Workers. Asked again, since TZ can change. */
function zoneIsUtc(): boolean {
  const winter = new Date(1.7e12).getTimezoneOffset()
  const offsets = winter * 1440 + new Date(1.72e12).getTimezoneOffset()
  if (zone?.offsets !== offsets) {
    const name = offsets === 0 ? new Intl.DateTimeFormat().resolvedOptions().timeZone : ''
    zone = { offsets, isUtc: /^(Etc\/)?(UTC|GMT|UCT|Zulu|Universal)$/.test(name) }
  }
  return zone.isUtc
}

interface BufferLike { from(buffer: ArrayBufferLike, at: number, length: number): Uint8Array }
const buffers = (globalThis as { Buffer?: BufferLike }).Buffer

/** Bytes as the host has them: a Buffer where there is one, as the official driver gives. */
function slice(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if (start > end || end > bytes.length) return bytes.subarray(0, 0)
  return buffers === undefined
    ? bytes.subarray(start, end)
    : buffers.from(bytes.buffer, bytes.byteOffset + start, end - start)
}
