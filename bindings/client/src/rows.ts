/** Blocks as rows: plain objects, arrays, lazy views or columns. */
import {
  BOOLEAN, COLUMN_WORDS, DATA, FLOAT8, INT4, INT8_BIGINT, INT8_NUMBER, KIND, NULL_COUNT, TIMESTAMP,
  TIMESTAMPTZ,
} from './block.ts'
import type { Block } from './block.ts'
import type { Plan, Shape } from './shape.ts'
import { columnValues } from './values.ts'
import type { Scratch } from './values.ts'

/** The values of a plan's column: those of the block, or what its parser makes of them. */
function valuesOf(block: Block, plan: Plan, column: number, scratch?: Scratch): unknown[] {
  const values = columnValues(block, column, scratch)
  const parser = plan.parsers?.[column]
  return parser === undefined
    ? values
    : values.map(value => value === null ? null : parser(value as string) as unknown)
}

type RowConstructor = new (values: unknown[][], row: number) => object

/** Appends a block's rows, as plain objects, to `out`. */
export function pushObjects(out: unknown[], block: Block, plan: Plan): void {
  const { shape } = plan
  const Row = (shape.row ??= rowConstructor(shape.names)) as RowConstructor
  const values = allValues(block, plan)
  for (let i = 0; i < block.rows; i++) out.push(new Row(values, i))
}

/** Appends a block's rows, as arrays, to `out`. */
export function pushArrays(out: unknown[], block: Block, plan: Plan): void {
  const values = allValues(block, plan)
  const { length } = values
  for (let i = 0; i < block.rows; i++) {
    const row = new Array<unknown>(length)
    for (let c = 0; c < length; c++) row[c] = (values[c] as unknown[])[i]
    out.push(row)
  }
}

function allValues(block: Block, plan: Plan): unknown[][] {
  const values = new Array<unknown[]>(plan.kinds.length)
  for (let c = 0; c < values.length; c++) values[c] = valuesOf(block, plan, c, plan.scratch)
  return values
}

/**
 * A constructor of rows with these names. Its prototype is that of plain objects, so its rows are
 * plain objects; but V8 learns their layout from it, which makes them several times faster than
 * any other way that needs no `eval`. The first eight are written out for the same reason.
 */
function rowConstructor(names: readonly string[]): RowConstructor {
  // Assigning `__proto__` would set the prototype; a defined property is what the row has.
  if (names.includes('__proto__')) return definingConstructor(names)
  const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = ''] = names
  const count = names.length
  function Row(this: Record<string, unknown>, values: unknown[][], i: number): void {
    if (count > 0) this[a] = (values[0] as unknown[])[i]
    if (count > 1) this[b] = (values[1] as unknown[])[i]
    if (count > 2) this[c] = (values[2] as unknown[])[i]
    if (count > 3) this[d] = (values[3] as unknown[])[i]
    if (count > 4) this[e] = (values[4] as unknown[])[i]
    if (count > 5) this[f] = (values[5] as unknown[])[i]
    if (count > 6) this[g] = (values[6] as unknown[])[i]
    if (count > 7) this[h] = (values[7] as unknown[])[i]
    for (let k = 8; k < count; k++) this[names[k] as string] = (values[k] as unknown[])[i]
  }
  Row.prototype = Object.prototype
  return Row as unknown as RowConstructor
}

function definingConstructor(names: readonly string[]): RowConstructor {
  function Row(values: unknown[][], i: number): object {
    return Object.fromEntries(names.map((name, c) => [name, (values[c] as unknown[])[i]]))
  }
  return Row as unknown as RowConstructor
}

/** A block that keeps its values until they are asked for. */
class LazyBlock {
  readonly block: Block
  readonly plan: Plan
  readonly #values: (unknown[] | undefined)[]

  constructor(block: Block, plan: Plan) {
    this.block = block.detach()
    this.plan = plan
    this.#values = new Array<unknown[] | undefined>(plan.kinds.length)
  }

  values(column: number): unknown[] {
    return this.#values[column] ??= valuesOf(this.block, this.plan, column)
  }
}

/** A row whose values are made when they are read. Its columns are getters, not own properties. */
export type RowView<Row = Record<string, unknown>> = Readonly<Row> & {
  /** The row as a plain object; what `JSON.stringify` uses. */
  toJSON(): Row
}

type ViewConstructor = new (block: LazyBlock, row: number) => RowView

/** Appends a block's rows, as views, to `out`. */
export function pushViews(out: unknown[], block: Block, plan: Plan): void {
  const View = (plan.shape.view ??= viewConstructor(plan.shape.names)) as ViewConstructor
  const lazy = new LazyBlock(block, plan)
  for (let i = 0; i < lazy.block.rows; i++) out.push(new View(lazy, i))
}

function viewConstructor(names: readonly string[]): ViewConstructor {
  class View {
    readonly #block: LazyBlock
    readonly #row: number

    constructor(block: LazyBlock, row: number) {
      this.#block = block
      this.#row = row
    }

    toJSON(): Record<string, unknown> {
      return Object.fromEntries(names.map((name, c) => [name, View.at(this, c)]))
    }

    static at(view: View, column: number): unknown {
      return view.#block.values(column)[view.#row]
    }
  }
  names.forEach((name, column) => {
    Object.defineProperty(View.prototype, name, {
      get(this: View): unknown { return View.at(this, column) },
      enumerable: true,
      configurable: true,
    })
  })
  return View as unknown as ViewConstructor
}

/** A column's values in the form that the core decoded: numbers, milliseconds, or zero and one. */
export type ColumnNumbers = Int32Array | Float64Array | BigInt64Array | Uint8Array

/**
 * A column of a result, decoded as it is read.
 *
 * @example
 * const { price } = await sql.query('select price from items', [], { rowMode: 'columns' })
 * price.at(0)          // 9.5
 * price.numbers()      // Float64Array [ 9.5, 12, … ], where no value is NULL
 */
export class Column<T = unknown> implements Iterable<T> {
  readonly #blocks: readonly LazyBlock[]
  readonly #index: number
  /** How many rows there are. */
  readonly length: number

  constructor(blocks: readonly LazyBlock[], index: number, length: number) {
    this.#blocks = blocks
    this.#index = index
    this.length = length
  }

  /** The value of a row, as it would be in an object; undefined outside the result. */
  at(row: number): T | undefined {
    let first = 0
    for (const lazy of this.#blocks) {
      const { rows } = lazy.block
      if (row < first + rows) return lazy.values(this.#index)[row - first] as T | undefined
      first += rows
    }
    return undefined
  }

  /** All values, in the order of the rows. */
  toArray(): T[] {
    return this.#blocks.flatMap(lazy => lazy.values(this.#index) as T[])
  }

  [Symbol.iterator](): Iterator<T> {
    return this.toArray()[Symbol.iterator]()
  }

  toJSON(): T[] {
    return this.toArray()
  }

  /**
   * The column as one typed array, or undefined where it holds a NULL or is not of numbers, times
   * or booleans. Times are in milliseconds since 1970, of the wall clock for those without a zone.
   */
  numbers(): ColumnNumbers | undefined {
    let out: ColumnNumbers | undefined
    let at = 0
    for (const { block } of this.#blocks) {
      const part = numbersOf(block, this.#index)
      if (part === undefined) return undefined
      if (this.#blocks.length === 1) return part
      out ??= new (part.constructor as new (length: number) => ColumnNumbers)(this.length)
      out.set(part as never, at)
      at += part.length
    }
    return out
  }
}

function numbersOf(block: Block, index: number): ColumnNumbers | undefined {
  const at = block.base + index * COLUMN_WORDS
  if (block.columns[at + NULL_COUNT] !== 0) return undefined
  const data = block.columns[at + DATA] as number
  const { rows, heap } = block
  switch (block.columns[at + KIND]) {
    case BOOLEAN: return heap.u8.subarray(data, data + rows)
    case INT4: return heap.i32.subarray(data >> 2, (data >> 2) + rows)
    case INT8_BIGINT: return heap.i64.subarray(data >> 3, (data >> 3) + rows)
    case FLOAT8:
    case INT8_NUMBER:
    case TIMESTAMP:
    case TIMESTAMPTZ: return heap.f64.subarray(data >> 3, (data >> 3) + rows)
    default: return undefined
  }
}

/** A result as columns, by name. */
export type Columns = Record<string, Column>

/** Gathers the blocks of a result for its columns. */
export class ColumnsBuilder {
  readonly #blocks: LazyBlock[] = []

  push(block: Block, plan: Plan): void {
    this.#blocks.push(new LazyBlock(block, plan))
  }

  finish(shape: Shape): Columns {
    const length = this.#blocks.reduce((sum, lazy) => sum + lazy.block.rows, 0)
    return Object.fromEntries(
      shape.names.map((name, index) => [name, new Column(this.#blocks, index, length)]),
    )
  }
}

/** Some rows of a result that is read as it arrives, which `rowMode: 'blocks'` gives. */
export interface ColumnBlock<Row = Record<string, unknown>> {
  readonly rows: number
  readonly columns: { readonly [Name in keyof Row]: Column<Row[Name]> }
}

/** A block that was read by itself. */
export function columnBlock(block: Block, plan: Plan): ColumnBlock {
  const builder = new ColumnsBuilder()
  builder.push(block, plan)
  return { rows: block.rows, columns: builder.finish(plan.shape) }
}
