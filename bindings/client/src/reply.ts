/** A reply's body, read into results. */
import { Block } from './block.ts'
import {
  BATCH, END, FAILED, HEAD, MORE, ROWS, TAIL, UNORDERED, WINDOW, core,
} from './core.ts'
import type { Core } from './core.ts'
import { ColumnsBuilder, columnBlock, pushArrays, pushObjects, pushViews } from './rows.ts'
import type { ColumnBlock } from './rows.ts'
import { Shape } from './shape.ts'
import type { DecodeOptions, Field, Plan } from './shape.ts'

export type { DecodeOptions, Field } from './shape.ts'

/** A result, as far as the client's API goes. */
export interface QueryResult {
  /** Shared by all results that are described alike. */
  fields: readonly Field[]
  rows: unknown
  command: string
  rowCount: number | null
  rowAsArray: boolean
}

/** What is wrong with a reply. */
export class ReplyError extends Error {
  readonly code: string

  constructor({ code, message }: { code: string, message: string }) {
    super(message)
    this.code = code
  }
}

// Above this size a body is read as it arrives: gathering it would cost more than reading it.
const STREAM_FROM = 128 * 1024
// The BYOB buffer of workerd.
const CHUNK = 64 * 1024
const NO_KINDS = new Uint8Array(0)

/** Reads the reply to a single query. Throws a `ReplyError`. */
export async function readReply(response: Response, decode: DecodeOptions): Promise<QueryResult> {
  const reader = new ReplyReader([decode])
  if (isLarge(response)) await drain(response, reader)
  else reader.feed(new Uint8Array(await response.arrayBuffer()), true)
  return reader.results[0] as QueryResult
}

/** Reads the reply to a batch, with one entry of `decodes` for each of its queries. */
export async function readBatch(
  response: Response, decodes: readonly DecodeOptions[],
): Promise<QueryResult[]> {
  const reader = new ReplyReader(decodes, true)
  if (isLarge(response)) await drain(response, reader)
  else reader.feed(new Uint8Array(await response.arrayBuffer()), true)
  const { results } = reader
  if (results.length !== decodes.length) {
    throw new ReplyError({
      code: 'BC011',
      message: `The batch's reply has ${results.length} results for ${decodes.length} queries`,
    })
  }
  return results
}

function isLarge(response: Response): boolean {
  if (!response.body) return false
  const length = response.headers.get('content-length')
  return length === null || Number(length) > STREAM_FROM
}

async function drain(response: Response, reader: ReplyReader): Promise<void> {
  for await (const chunk of chunks(response)) reader.feed(chunk, false)
  reader.feed(NO_KINDS, true)
}

/** Reads the reply to a single query block by block, as it arrives. */
export async function* streamBlocks(
  response: Response, decode: DecodeOptions,
): AsyncGenerator<ColumnBlock, void, void> {
  const blocks: ColumnBlock[] = []
  const reader = new ReplyReader([decode], false, (block, plan) => {
    blocks.push(columnBlock(block, plan))
  })
  for await (const chunk of chunks(response)) {
    reader.feed(chunk, false)
    yield* blocks.splice(0)
  }
  reader.feed(NO_KINDS, true)
  yield* blocks.splice(0)
}

/** The body as it arrives. A chunk is good until the next is asked for. */
async function* chunks(response: Response): AsyncGenerator<Uint8Array, void, void> {
  const body = response.body as ReadableStream<Uint8Array> | null
  if (body === null) {
    yield new Uint8Array(await response.arrayBuffer())
    return
  }
  let done = false
  const byob = byobReader(body)
  const reader = byob ?? body.getReader()
  try {
    let buffer = byob === undefined ? undefined : new ArrayBuffer(CHUNK)
    for (;;) {
      const next = byob === undefined
        ? await (reader as ReadableStreamDefaultReader<Uint8Array>).read()
        : await byob.read(new Uint8Array(buffer as ArrayBuffer))
      done = next.done
      if (next.value !== undefined && next.value.length > 0) yield next.value
      if (done) return
      buffer = next.value?.buffer as ArrayBuffer | undefined
    }
  } finally {
    // A body that is not read to its end holds one of a Worker's six connections.
    if (!done) reader.cancel().catch(() => {})
  }
}

// Elsewhere a stream that was made of JavaScript may never end a read into one's own buffer, and
// the default reader is as fast.
const isWorkerd = globalThis.navigator?.userAgent === 'Cloudflare-Workers'

/** A reader that fills one buffer again and again, which in workerd is several times faster. */
function byobReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  if (!isWorkerd) return undefined
  try {
    return body.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

let joined: Uint8Array | undefined

/** Where a tail and the next piece are put together: read at once, and no garbage. */
function joint(): Uint8Array {
  return joined ??= new Uint8Array(WINDOW)
}

type Sink = (block: Block, plan: Plan) => void

/** Reads a reply that comes in pieces. Its unread tail is all that it keeps of them. */
export class ReplyReader {
  readonly results: QueryResult[] = []
  readonly #decodes: readonly DecodeOptions[]
  readonly #isBatch: boolean
  readonly #given: Sink | undefined
  #state = 0
  #tail: Uint8Array[] = []
  #tailSize = 0
  // No piece of a large row is worth looking at again until there is twice as much of it.
  #wanted = 0
  #consumed = 0
  #isOrdered = false
  #ended = false
  #plan: Plan | undefined
  // What stood before the rows rather than behind them.
  #early: number | null = null
  #earlyCommand = ''
  #rows: unknown[] = []
  #columns: ColumnsBuilder | undefined

  constructor(decodes: readonly DecodeOptions[], isBatch = false, given?: Sink) {
    this.#decodes = decodes
    this.#isBatch = isBatch
    this.#given = given
  }

  /** Takes the next piece, which is not kept. */
  feed(piece: Uint8Array, last: boolean): void {
    if (this.#tailSize + piece.length < this.#wanted && !last) {
      this.#keep(piece)
      return
    }
    let bytes = piece
    if (this.#tailSize > 0) {
      const size = this.#tailSize + piece.length
      bytes = size <= WINDOW ? joint().subarray(0, size) : new Uint8Array(size)
      let at = 0
      for (const part of this.#tail) {
        bytes.set(part, at)
        at += part.length
      }
      bytes.set(piece, at)
      this.#tail = []
      this.#tailSize = 0
    }
    const read = this.#read(bytes, last)
    if (read < bytes.length && !last) this.#keep(bytes.subarray(read))
    this.#wanted = read === 0 ? 2 * bytes.length : 0
  }

  #keep(piece: Uint8Array): void {
    this.#tail.push(piece.slice())
    this.#tailSize += piece.length
  }

  /** Reads as much of `bytes` as there is of whole rows, a window at a time. */
  #read(bytes: Uint8Array, last: boolean): number {
    const from = core()
    let at = 0
    let size = WINDOW
    while (!this.#ended) {
      const window = at === 0 && bytes.length <= size ? bytes : bytes.subarray(at, at + size)
      const isRest = at + window.length === bytes.length
      const read = this.#scan(from, window, bytes, at, last && isRest)
      at += read
      if (isRest) break
      // Nothing whole in this window: a row is larger than it.
      size = read === 0 ? size * 2 : WINDOW
    }
    from.shrink()
    return at
  }

  #scan(from: Core, window: Uint8Array, all: Uint8Array, offset: number, isLast: boolean): number {
    from.load(window)
    let at = 0
    for (;;) {
      const kinds = this.#plan?.kinds ?? NO_KINDS
      const status = from.scan(at, window.length, kinds, this.#state, isLast)
      if (status === FAILED) throw new ReplyError(from.failure)
      if (status === UNORDERED) return this.#reorder(all, offset, isLast)
      if (status === MORE) return at
      at += from.consumed
      this.#consumed += from.consumed
      this.#state = from.next
      if (status === HEAD) this.#begin(from)
      else if (status === ROWS) this.#take(from)
      else if (status === TAIL) this.#finish(from)
      else if (status === BATCH && !this.#isBatch) throw unexpected('the results of a batch')
      if (status === END || (status === TAIL && at === window.length && isLast && !this.#isBatch)) {
        this.#ended = true
        return at
      }
    }
  }

  /** Members in an order of their own: the whole reply is put in order, then read. */
  #reorder(all: Uint8Array, offset: number, isLast: boolean): number {
    if (!isLast && offset === 0 && this.#consumed === 0) return 0
    if (offset !== 0 || this.#consumed !== 0 || this.#isOrdered) {
      throw unexpected('its fields do not stand before its rows')
    }
    this.#isOrdered = true
    this.#read(inOrder(all), true)
    this.#ended = true
    return all.length
  }

  #begin(from: Core): void {
    const decode = this.#decodes[this.results.length]
    if (decode === undefined) {
      const message = 'The reply has more results than there were queries'
      throw new ReplyError({ code: 'BC011', message })
    }
    if (this.#isBatch !== from.isBatch) throw unexpected('a single result')
    this.#early = from.rowCount
    this.#earlyCommand = decode.fullResults ? from.command : ''
    this.#plan = from.shape((fields, kinds) => new Shape(fields, kinds)).plan(decode)
    this.#rows = []
    this.#columns = decode.rowMode === 'columns' ? new ColumnsBuilder() : undefined
  }

  #take(from: Core): void {
    if (from.rows === 0) return
    const plan = this.#plan as Plan
    const block = new Block(from)
    if (this.#given !== undefined) {
      this.#given(block, plan)
      return
    }
    const { rowMode } = this.#decodes[this.results.length] as DecodeOptions
    if (rowMode === 'object') pushObjects(this.#rows, block, plan)
    else if (rowMode === 'array') pushArrays(this.#rows, block, plan)
    else if (rowMode === 'view') pushViews(this.#rows, block, plan)
    else this.#columns?.push(block, plan)
  }

  #finish(from: Core): void {
    const { shape } = this.#plan as Plan
    const { rowMode, fullResults } = this.#decodes[this.results.length] as DecodeOptions
    this.results.push({
      fields: shape.fields,
      rows: this.#columns?.finish(shape) ?? this.#rows,
      command: fullResults ? from.command || this.#earlyCommand : '',
      rowCount: from.rowCount ?? this.#early,
      rowAsArray: rowMode === 'array',
    })
    this.#plan = undefined
  }
}

/** A reply with its fields before its rows, which no Neon endpoint needs and none forbids. */
function inOrder(bytes: Uint8Array): Uint8Array {
  const order = ({ fields, rows, ...rest }: Record<string, unknown>): object =>
    ({ fields, rows, ...rest })
  let reply: Record<string, unknown>
  try {
    reply = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>
  } catch {
    throw new ReplyError({ code: 'BC003', message: 'The reply is not JSON' })
  }
  const { results } = reply
  const ordered = Array.isArray(results) ? { results: results.map(order) } : order(reply)
  return new TextEncoder().encode(JSON.stringify(ordered))
}

function unexpected(what: string): ReplyError {
  return new ReplyError({
    code: 'BC004', message: 'The reply does not have the shape of a query\'s result: ' + what,
  })
}

const ONE: DecodeOptions = {
  rowMode: 'array', int8: 'string', parsers: undefined, as: undefined, fullResults: false,
}

/** One value, by its type's oid and PostgreSQL's text for it, as queries decode it. */
export function decodeValue(oid: number, text: string): unknown {
  const reader = new ReplyReader([ONE])
  const reply = {
    fields: [{ name: '', dataTypeID: oid }], rows: [[text]], command: '', rowCount: 1,
  }
  reader.feed(new TextEncoder().encode(JSON.stringify(reply)), true)
  const [[value] = []] = (reader.results[0] as QueryResult).rows as unknown[][]
  return value
}
