/** Cells of a block as JavaScript values: those that the official driver gives. */
import {
  ARRAY, BOOLEAN, BYTEA, CIRCLE, DATA, ELEMENTS, ELEMENT_COUNT, FLOAT32S, FLOAT64S, FLOAT8, INT4,
  INT8_BIGINT, INT8_NUMBER, INTERVAL, JSON_KIND, KIND, NULLS, NULL_COUNT, POINT, PROGRAM,
  TIMESTAMP, TIMESTAMPTZ, COLUMN_WORDS,
} from './block.ts'
import type { Block } from './block.ts'
import { Interval } from './interval.ts'

const WIDE = 0x80000000
const MASK = 0x7fffffff
const WORD_OPEN = 0
const WORD_CLOSE = 1
const WORD_NULL = 2

/** All values of a column, in the order of the rows. */
export function columnValues(block: Block, column: number): unknown[] {
  const at = column * COLUMN_WORDS
  const { columns, rows } = block
  const kind = columns[at + KIND] as number
  const data = columns[at + DATA] as number
  let values: unknown[]
  if ((kind & ARRAY) !== 0) values = arrays(block, at)
  else if (kind === FLOAT32S || kind === FLOAT64S) values = typedArrays(block, at, kind)
  else values = cells(block, kind, data, rows)
  if (columns[at + NULL_COUNT] !== 0) {
    const nulls = columns[at + NULLS] as number
    for (let i = 0; i < rows; i++) if (block.heap.u8[nulls + i] !== 0) values[i] = null
  }
  return values
}

/** `count` cells of a scalar kind from byte `data` on; those that are NULL come out as anything. */
function cells(block: Block, kind: number, data: number, count: number): unknown[] {
  const { heap } = block
  const out = new Array<unknown>(count)
  const words = data >> 2
  const doubles = data >> 3
  switch (kind) {
    case BOOLEAN:
      for (let i = 0; i < count; i++) out[i] = heap.u8[data + i] === 1
      return out
    case INT4:
      for (let i = 0; i < count; i++) out[i] = heap.i32[words + i]
      return out
    case FLOAT8:
    case INT8_NUMBER:
      for (let i = 0; i < count; i++) out[i] = heap.f64[doubles + i]
      return out
    case INT8_BIGINT:
      for (let i = 0; i < count; i++) out[i] = heap.i64[doubles + i]
      return out
    case TIMESTAMPTZ:
      for (let i = 0; i < count; i++) out[i] = instant(heap.f64[doubles + i] as number)
      return out
    case TIMESTAMP: {
      const place = zoneIsUtc() ? instant : local
      for (let i = 0; i < count; i++) out[i] = place(heap.f64[doubles + i] as number)
      return out
    }
    case JSON_KIND: {
      const { json } = block
      for (let i = 0; i < count; i++) out[i] = json[heap.u32[words + i] as number]
      return out
    }
    case BYTEA: {
      const { bytes } = block
      for (let i = 0; i < count; i++) {
        out[i] = slice(bytes, heap.u32[words + 2 * i] as number, heap.u32[words + 2 * i + 1] as number)
      }
      return out
    }
    case POINT:
    case CIRCLE:
    case INTERVAL: return records(heap.f64, kind, doubles, count)
    default: return texts(block, words, count)
  }
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

/** A list of numbers as a typed array of its own. */
function typedArrays({ heap, columns, rows }: Block, at: number, kind: number): unknown[] {
  const refs = (columns[at + DATA] as number) >> 2
  const elements = columns[at + ELEMENTS] as number
  const pool = kind === FLOAT32S ? heap.f32 : heap.f64
  const first = kind === FLOAT32S ? elements >> 2 : elements >> 3
  const out = new Array<unknown>(rows)
  for (let i = 0; i < rows; i++) {
    const start = heap.u32[refs + 2 * i] as number
    const end = heap.u32[refs + 2 * i + 1] as number
    // A NULL's refs are whatever was there before; its row is overwritten afterwards.
    out[i] = start <= end ? pool.slice(first + start, first + end) : null
  }
  return out
}

function arrays(block: Block, at: number): unknown[] {
  const { heap: { u32 }, columns, rows } = block
  const kind = (columns[at + KIND] as number) & ~ARRAY
  const elements = cells(
    block, kind, columns[at + ELEMENTS] as number, columns[at + ELEMENT_COUNT] as number,
  )
  const refs = (columns[at + DATA] as number) >> 2
  const nulls = columns[at + NULL_COUNT] === 0 ? -1 : columns[at + NULLS] as number
  const out = new Array<unknown>(rows)
  for (let i = 0; i < rows; i++) {
    if (nulls >= 0 && block.heap.u8[nulls + i] !== 0) continue
    const start = u32[refs + 2 * i] as number
    const end = u32[refs + 2 * i + 1] as number
    out[i] = start < WIDE
      ? elements.slice(start, end)
      : run(u32, ((columns[at + PROGRAM] as number) >> 2) + (start & MASK), elements)
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
  const offsets = new Date(1.7e12).getTimezoneOffset() * 1440 + new Date(1.72e12).getTimezoneOffset()
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
