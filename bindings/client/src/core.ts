/**
 * The C++ core: blocks of rows, on top of what `instance.ts` knows of every module. These two are
 * the only files that know the ABI, which `wasm/README.md` describes.
 *
 * Every pointer and every view into the core's memory dies at the next call into it; nothing here
 * hands one out for longer. No query's state lives in the core between calls, so when a failed
 * check stops it (a trap), the next call opens a new instance and other queries do not notice.
 */
import module from '#wasm'
import { BallastError } from './errors.ts'
import type { ErrorFields } from './errors.ts'
import { Instance, NOTHING, slices, utf8 } from './instance.ts'
import type { Exports } from './instance.ts'

export type { Heap } from './instance.ts'

/** What this module exports besides what all of them do. */
interface CoreExports extends Exports {
  scan(bytes: number, size: number, kinds: number, width: number, state: number): number
}

// What a call of `scan` found (include/ballast/tape.h: Status).
export const MORE = 0
export const BATCH = 1
export const HEAD = 2
export const ROWS = 3
export const TAIL = 4
export const END = 5
export const UNORDERED = 6
export const FAILED = 7

// The block's fields, in words of four bytes (include/ballast/tape.h: Block).
const AT_STATUS = 0
const AT_CONSUMED = 1
const AT_NEXT = 2
const AT_ROWS = 3
const AT_WIDTH = 4
const AT_COLUMNS = 5
const AT_LATIN = 6
const AT_WIDE = 9
const AT_JSON = 11
const AT_BYTES = 14
const AT_SHAPE = 16
const AT_EPOCH = 17
const AT_FIELDS = 18
const AT_KINDS = 20
const AT_COMMAND = 21
const AT_ROW_COUNT = 24
const AT_CODE = 26
const AT_MESSAGE = 27

const STATE_BATCH = 0x100
const STATE_LAST = 0x200
// Bytes behind a window that the core may write (include/ballast/tape.h: kTapePadding).
const PADDING = 64
/** How much of a reply a window holds; only a larger row makes it grow, for a while. */
export const WINDOW = 128 * 1024
const COLUMNS_MAX = 1664

/** One instance of the core. */
export class Core extends Instance<CoreExports> {
  /** Where the block of the last scan is, in words. */
  block = 0
  // What JavaScript knows of the shapes that the core has met, by their index.
  #shapes: unknown[] = []
  #epoch = 0
  #window: number
  #windowSize = WINDOW
  readonly #kinds: number
  #loaded: Uint8Array | undefined

  constructor() {
    super(module, 'ballast.wasm')
    this.#window = this.exports.alloc(WINDOW + PADDING)
    this.#kinds = this.exports.alloc(COLUMNS_MAX)
    this.refresh()
  }

  /** Puts bytes of a reply where `scan` reads them. */
  load(bytes: Uint8Array): void {
    if (bytes.length > this.#windowSize) this.#resize(bytes.length)
    this.heap.u8.set(bytes, this.#window)
  }

  /** Gives the memory of a large row back. */
  shrink(): void {
    if (this.#windowSize > WINDOW) this.#resize(WINDOW)
  }

  #resize(size: number): void {
    this.exports.free(this.#window)
    this.#window = this.exports.alloc(size + PADDING)
    this.#windowSize = size
    this.refresh()
  }

  /** Reads on from `from` of the loaded bytes, of which `size` count. */
  scan(from: number, size: number, kinds: Uint8Array, state: number, last: boolean): number {
    if (kinds.length > 0 && this.#loaded !== kinds) {
      this.heap.u8.set(kinds, this.#kinds)
      this.#loaded = kinds
    }
    const flags = last ? state | STATE_LAST : state
    try {
      this.block = this.exports.scan(
        this.#window + from, size - from, this.#kinds, kinds.length, flags,
      ) >> 2
    } catch (cause) {
      throw this.trapped(cause)
    }
    if (this.heap.u8.buffer !== this.exports.memory.buffer) this.refresh()
    return this.field(AT_STATUS)
  }

  field(at: number): number {
    return this.heap.u32[this.block + at] as number
  }

  get consumed(): number { return this.field(AT_CONSUMED) }
  get next(): number { return this.field(AT_NEXT) }
  /** Whether the result that begins is one of a batch. */
  get isBatch(): boolean { return (this.next & STATE_BATCH) !== 0 }
  get rows(): number { return this.field(AT_ROWS) }
  get width(): number { return this.field(AT_WIDTH) }
  /** Where the columns are, in words; COLUMN_WORDS each. */
  get columns(): number { return this.field(AT_COLUMNS) >> 2 }

  /** The Latin-1 pool, as one string. */
  latin(): string {
    return latin1(this.heap.u8, this.field(AT_LATIN), this.field(AT_LATIN + 1),
      this.field(AT_LATIN + 2) !== 0)
  }

  /** The UTF-16 pool, as one string. */
  wide(): string {
    const units = this.field(AT_WIDE + 1)
    return units === 0 ? '' : utf16(this.heap.u8, this.field(AT_WIDE), units)
  }

  /** The block's json cells as text, `[a,b,…]`, and how many there are. */
  jsonText(): string { return this.#text(AT_JSON) }
  get jsonCount(): number { return this.field(AT_JSON + 2) }

  /** A copy of the byte pool. */
  bytes(): Uint8Array { return this.#copy(AT_BYTES, this.field(AT_BYTES + 1)) }

  /** The shape of the result that begins, made by `make` when it is new. */
  shape<T>(make: (fields: string, kinds: Uint8Array) => T): T {
    const epoch = this.field(AT_EPOCH)
    if (epoch !== this.#epoch) {
      this.#epoch = epoch
      this.#shapes = []
    }
    const shape = this.#shapes[this.field(AT_SHAPE)] ??=
      make(this.#text(AT_FIELDS), this.#copy(AT_KINDS, this.width))
    return shape as T
  }

  /** The affected or returned rows of the result that ends, by the server's own count. */
  get rowCount(): number | null {
    const count = this.heap.f64[(this.block + AT_ROW_COUNT) >> 1] as number
    return count === count ? count : null
  }

  /** The first word of the command tag of the result that ends. */
  get command(): string { return this.#text(AT_COMMAND) }

  /** What is wrong with the reply. */
  get failure(): { code: string, message: string } {
    return { code: utf8(this.heap.u8, this.field(AT_CODE), 5), message: this.#text(AT_MESSAGE) }
  }

  /** The text that a field points to; its size is the field behind it. */
  #text(at: number): string {
    return utf8(this.heap.u8, this.field(at), this.field(at + 1))
  }

  #copy(at: number, size: number): Uint8Array {
    return this.heap.u8.slice(this.field(at), this.field(at) + size)
  }

  /** Takes a task one step on where only the bytes that come out count: to `out` from `at` on. */
  stepBytes(task: number, body: Uint8Array, out: Uint8Array, at: number): number {
    const [, , from = 0, size = 0] = this.words(task, '{}', body)
    out.set(this.heap.u8.subarray(from, from + size), at)
    return at + size
  }
}

let current: Core | undefined
let instances = 0

/** The instance that calls go to. */
export function core(): Core {
  if (current === undefined || current.isSpent) {
    current = new Core()
    instances++
  }
  return current
}

// Where the module is loaded is where instantiating is allowed and nobody waits for a reply.
core()

/** Figures for tests: what the core has allocated, how large it is, and how often it was opened. */
export function coreStats(): { liveBytes: number, memoryBytes: number, instances: number } {
  const { exports } = core()
  return { liveBytes: exports.live(), memoryBytes: exports.memory.buffer.byteLength, instances }
}

/** Makes a check fail, for the tests of what follows. */
export function trapForTest(): void {
  core().step(0x7fffffff, '{}', NOTHING)
}

const latin1Decoder = new TextDecoder('latin1')
const utf16Decoder = new TextDecoder('utf-16le', { ignoreBOM: true })

function latin1(u8: Uint8Array, at: number, size: number, high: boolean): string {
  if (size === 0) return ''
  if (slices !== undefined) return slices.latin1Slice.call(u8, at, at + size)
  const bytes = u8.subarray(at, at + size)
  // What TextDecoder calls latin1 is windows-1252, which is the same for ASCII only.
  return high ? utf16Decoder.decode(Uint16Array.from(bytes)) : latin1Decoder.decode(bytes)
}

function utf16(u8: Uint8Array, at: number, units: number): string {
  if (slices !== undefined) return slices.ucs2Slice.call(u8, at, at + 2 * units)
  return utf16Decoder.decode(u8.subarray(at, at + 2 * units))
}

/** Where requests go, and what goes into `Neon-Connection-String`. */
export interface Endpoint {
  url: string
  jwtUrl: string
  host: string
  port: string
  connectionString: string
}

/** Reads a connection string or its parts. Throws a `BallastError` of class BN. */
export function resolveEndpoint(parts: {
  connectionString?: string
  user?: string
  password?: string
  host?: string
  port?: string | number
  database?: string
}): Endpoint {
  const given = Object.entries(parts).filter(([, value]) => value !== undefined && value !== null)
  const texts = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
  return answer({ connect: texts })['done']
}

/** A task that has its answer at once. */
function answer(task: object): Record<string, any> {
  const from = core()
  const id = from.start(task)
  const out: Record<string, any> = from.step(id, '{"start":{}}', NOTHING).head
  from.stop(id)
  if (out['error'] !== undefined) throw new BallastError(out['error'])
  return out
}

/**
 * Bytes to be written to at once, every one of them. Where the host has a way not to fill them with
 * zeroes first, which for a large body takes longer than all the rest.
 */
export function roomFor(size: number): Uint8Array<ArrayBuffer> {
  return (globalThis as any).Buffer?.allocUnsafeSlow?.(size) ?? new Uint8Array(size)
}

// As much as stays in a processor's cache on its way in and out.
const HEX_STEP = 32 * 1024

/** Writes the hex digits of `bytes` to `out` from `at` on, as ASCII; gives where they end. */
export function writeHex(bytes: Uint8Array, out: Uint8Array, at: number): number {
  const from = core()
  const task = from.start({ hex: {} })
  for (let i = 0; i < bytes.length; i += HEX_STEP) {
    at = from.stepBytes(task, bytes.subarray(i, i + HEX_STEP), out, at)
  }
  from.stop(task)
  return at
}

/** `bytes` in PostgreSQL's hex form for bytea. */
export function encodeBytea(bytes: Uint8Array): string {
  const hex = roomFor(2 * bytes.length)
  writeHex(bytes, hex, 0)
  return '\\x' + latin1(hex, 0, hex.length, false)
}

/** When a request is sent again. */
export interface RetryPolicy {
  attempts: number
  baseMs: number
  maxMs: number
  codes: readonly string[]
  /** Sending twice does no harm, or the server enforces that nothing is written. */
  idempotent: boolean
}

/** What came of an attempt that brought no result. */
export type Outcome =
  | { status: number, requestId: string | null, body: Uint8Array, contentType: string | null }
  | {
    failed: 'connect' | 'reset' | 'timeout' | 'abort' | 'reply'
    message: string
    requestId: string | null
    status: number | null
    delivered: boolean
    code?: string
  }

/** What to do about a request whose first attempt went wrong: src/neon/retry.cpp decides. */
export class Attempts {
  readonly #policy: RetryPolicy
  // Each step replays what came before it, so that no task lives while a caller sleeps: a trap of
  // another query, or a caller that never comes back, then costs nothing.
  readonly #events: { head: string, body: Uint8Array }[] = []

  constructor(policy: RetryPolicy) {
    const { attempts, baseMs, maxMs } = policy
    // Callers may say 0.5 or Infinity; the core takes whole numbers.
    this.#policy = {
      ...policy, attempts: whole(attempts), baseMs: whole(baseMs), maxMs: whole(maxMs),
    }
  }

  /** Either milliseconds to wait before sending again, or the error to throw. */
  next(outcome: Outcome, random: number): { sleepMs: number } | { error: ErrorFields } {
    const thousandths = Math.floor(random * 1000)
    const { status, requestId } = outcome
    this.#events.push('failed' in outcome
      ? { head: failedHead(outcome, thousandths), body: NOTHING }
      : { head: JSON.stringify({ reply: { status }, random: thousandths }), body: outcome.body })
    const from = core()
    const task = from.start({ request: this.#policy })
    let head: Record<string, any> = {}
    for (const event of this.#events) {
      if ('sleep' in head) from.step(task, '{"woke":{}}', NOTHING)
      head = from.step(task, event.head, event.body).head
    }
    from.stop(task)
    if ('sleep' in head) return { sleepMs: head['sleep'] }
    const { error } = head
    if (status !== null && status !== 200) error.status = status
    if (requestId !== null) error.requestId = requestId
    return { error }
  }
}

function whole(number: number): number {
  return Math.max(0, Math.min(Math.round(number) || 0, 0x7fffffff))
}

function failedHead(outcome: Extract<Outcome, { failed: string }>, random: number): string {
  const { failed: why, message, code, delivered } = outcome
  return JSON.stringify({ failed: { why, message, delivered, ...(code && { code }) }, random })
}
