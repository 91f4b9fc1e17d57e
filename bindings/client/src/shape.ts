/** What a result's rows look like, and how their cells are to be read. */
import {
  ARRAY, FLOAT32S, FLOAT64S, INT8, INT8_BIGINT, INT8_NUMBER, TEXT,
} from './block.ts'
import type { ColumnForm, RowMode } from './options.ts'
import type { TypeOverrides, TypeParser } from './types.ts'
import type { Scratch } from './values.ts'

/** A column's description, as a Neon endpoint sends it. */
export interface Field {
  name: string
  dataTypeID: number
  tableID: number
  columnID: number
  dataTypeSize: number
  dataTypeModifier: number
  format: string
}

/** How a reply is read. */
export interface DecodeOptions {
  rowMode: RowMode
  int8: 'string' | 'bigint' | 'number'
  /** Parsers in place of the core's, by type oid. */
  parsers: TypeOverrides | undefined
  /** Forms of single columns, by name. */
  as: Readonly<Record<string, ColumnForm>> | undefined
  fullResults: boolean
}

/** The kinds that the core is asked for, and the parsers that run over their texts. */
export interface Plan {
  shape: Shape
  kinds: Uint8Array
  parsers: readonly (TypeParser | undefined)[] | undefined
  /** For rows.ts, which copies values out of it at once. */
  scratch: Scratch
}

const FORMS: Record<ColumnForm, number> = {
  text: TEXT, float32: FLOAT32S, float64: FLOAT64S, bigint: INT8_BIGINT, number: INT8_NUMBER,
}

/** The description of a result, made once for all results that are described alike. */
export class Shape {
  readonly fields: readonly Field[]
  readonly names: readonly string[]
  readonly #kinds: Uint8Array
  readonly #plain: Plan
  #last: { decode: DecodeOptions, plan: Plan } | undefined
  /** What rows.ts keeps for this shape. */
  row: unknown
  view: unknown

  constructor(fields: string, kinds: Uint8Array) {
    this.fields = JSON.parse(fields) as Field[]
    this.names = this.fields.map(field => field.name)
    this.#kinds = kinds
    // INT8 stands for what the caller wants; the official driver gives text.
    const plain = kinds.map(kind => (kind & ~ARRAY) === INT8 ? TEXT | (kind & ARRAY) : kind)
    this.#plain = { shape: this, kinds: plain, parsers: undefined, scratch: [] }
  }

  /** How the cells are read for a query with these options. */
  plan(decode: DecodeOptions): Plan {
    const { int8, parsers, as } = decode
    if (int8 === 'string' && parsers === undefined && as === undefined) return this.#plain
    // A registry can change between two queries, so a plan with parsers is made anew.
    if (parsers === undefined && this.#last?.decode === decode) return this.#last.plan
    const plan = this.#make(int8, parsers, as)
    this.#last = { decode, plan }
    return plan
  }

  #make(
    int8: DecodeOptions['int8'], parsers: DecodeOptions['parsers'], as: DecodeOptions['as'],
  ): Plan {
    const big = int8 === 'bigint' ? INT8_BIGINT : int8 === 'number' ? INT8_NUMBER : TEXT
    const kinds = this.#kinds.map(kind => (kind & ~ARRAY) === INT8 ? big | (kind & ARRAY) : kind)
    let custom: (TypeParser | undefined)[] | undefined
    this.fields.forEach(({ name, dataTypeID }, i) => {
      const form = as !== undefined && Object.hasOwn(as, name) ? as[name] : undefined
      const parser = form === undefined ? parsers?.getTypeParser(dataTypeID, 'text') : undefined
      if (form !== undefined) kinds[i] = FORMS[form]
      if (parser === undefined) return
      kinds[i] = TEXT
      custom ??= []
      custom[i] = parser
    })
    return { shape: this, kinds, parsers: custom, scratch: [] }
  }
}
