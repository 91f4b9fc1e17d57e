/** A block of columns: the cells of some rows, where the core has put them. */
import type { Core, Heap } from './core.ts'
import { BallastError } from './errors.ts'

// A column's fields, in words (include/ballast/tape.h: Column).
export const COLUMN_WORDS = 8
export const KIND = 0
export const NULL_COUNT = 1
export const DATA = 2
export const NULLS = 3
export const ELEMENTS = 4
export const ELEMENT_COUNT = 5
export const PROGRAM = 6
export const PROGRAM_SIZE = 7

// Kinds (include/ballast/codec.h: Kind).
export const TEXT = 0
export const BOOLEAN = 1
export const INT4 = 2
export const FLOAT8 = 3
export const INT8_BIGINT = 4
export const INT8_NUMBER = 5
export const TIMESTAMPTZ = 6
export const TIMESTAMP = 7
export const JSON_KIND = 8
export const BYTEA = 9
export const POINT = 10
export const CIRCLE = 11
export const INTERVAL = 12
export const FLOAT32S = 13
export const FLOAT64S = 14
export const INT8 = 15
export const ARRAY = 0x20

// The bytes of a cell of each kind, and of an element of the two that are typed arrays.
const CELL_SIZES = [8, 1, 4, 8, 8, 8, 8, 8, 4, 8, 16, 24, 56, 8, 8, 8]

/** Where cells are read from: the core's memory until the next call, or a copy of one's own. */
export class Block {
  heap: Heap
  rows: number
  /** Where the words of all columns are, from `base` on; byte offsets in them are into `heap`. */
  columns: Uint32Array
  base: number
  latin: string
  wide: string
  #json: string
  #jsonCount: number
  #values: unknown[] | undefined
  #bytes: Uint8Array | undefined
  readonly #core: Core

  constructor(core: Core) {
    this.heap = core.heap
    this.rows = core.rows
    this.columns = core.heap.u32
    this.base = core.columns
    this.latin = core.latin()
    this.wide = core.wide()
    this.#jsonCount = core.jsonCount
    this.#json = this.#jsonCount === 0 ? '[]' : core.jsonText()
    this.#core = core
  }

  /** The parsed json cells, in the order of their numbers. */
  get json(): unknown[] {
    return this.#values ??= parseCells(this.#json, this.#jsonCount)
  }

  /** The bytes of bytea cells; a block's values share them. */
  get bytes(): Uint8Array {
    return this.#bytes ??= this.#core.bytes()
  }

  /** A block that outlives the core's next call. */
  detach(): this {
    const end = this.base + this.#core.width * COLUMN_WORDS
    const columns = this.columns.slice(this.base, end)
    const parts: { from: number, to: number, size: number }[] = []
    let total = 0
    const take = (at: number, size: number): void => {
      parts.push({ from: columns[at] as number, to: total, size })
      columns[at] = total
      total += (size + 7) & ~7
    }
    for (let at = 0; at < columns.length; at += COLUMN_WORDS) {
      const kind = columns[at + KIND] as number
      if ((kind & ~ARRAY) === BYTEA) this.#bytes ??= this.#core.bytes()
      const isArray = (kind & ARRAY) !== 0
      take(at + DATA, this.rows * (isArray ? 8 : CELL_SIZES[kind] as number))
      if (columns[at + NULL_COUNT] !== 0) take(at + NULLS, this.rows)
      const element = elementSize(kind)
      if (element !== 0) take(at + ELEMENTS, element * (columns[at + ELEMENT_COUNT] as number))
      if (isArray) take(at + PROGRAM, 4 * (columns[at + PROGRAM_SIZE] as number))
    }
    const u8 = new Uint8Array(total)
    for (const { from, to, size } of parts) u8.set(this.heap.u8.subarray(from, from + size), to)
    const { buffer } = u8
    this.heap = {
      u8,
      u32: new Uint32Array(buffer),
      i32: new Int32Array(buffer),
      f32: new Float32Array(buffer),
      f64: new Float64Array(buffer),
      i64: new BigInt64Array(buffer),
    }
    this.columns = columns
    this.base = 0
    return this
  }
}

function elementSize(kind: number): number {
  if (kind === FLOAT32S) return 4
  if (kind === FLOAT64S) return 8
  return (kind & ARRAY) === 0 ? 0 : CELL_SIZES[kind & ~ARRAY] as number
}

/** The json cells of a block, which the core has joined for one parse. */
function parseCells(text: string, count: number): unknown[] {
  let cells: unknown
  try {
    cells = JSON.parse(text)
  } catch {
    cells = undefined
  }
  if (Array.isArray(cells) && cells.length === count) return cells
  throw new BallastError({
    code: 'BC008',
    message: 'A value of the reply is not a valid json',
    fate: 'answered',
    attempts: 1,
  })
}
