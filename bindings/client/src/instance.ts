/**
 * An instance of one of our WebAssembly modules, and the half of their ABI that all of them share:
 * how a module is opened, and how frames go in and out. `wasm/README.md` describes both.
 *
 * Every pointer and every view into an instance's memory dies at the next call into it. A failed
 * check (a trap) ends the instance: whoever holds it opens another for the next call.
 */
import { BallastError } from './errors.ts'

/** What every module exports. */
export interface Exports {
  memory: WebAssembly.Memory
  _initialize?: () => void
  alloc(size: number): number
  free(pointer: number): void
  start(head: number, headSize: number): number
  step(task: number, head: number, headSize: number, body: number, bodySize: number): number
  stop(task: number): void
  live(): number
  version(): number
}

// Set by the build, from package.json: the version of which every module has to be.
declare const BALLAST_VERSION: number

/** The memory of an instance, as typed arrays. Good until the next call. */
export interface Heap {
  u8: Uint8Array<ArrayBuffer>
  u32: Uint32Array
  i32: Int32Array
  f32: Float32Array
  f64: Float64Array
  i64: BigInt64Array
}

/** What a task answers to an event: both parts are copies. */
export interface Frame {
  head: Record<string, unknown>
  body: Uint8Array<ArrayBuffer>
}

/** One instance of the module that is called `name` in messages. */
export class Instance<E extends Exports = Exports> {
  readonly exports: E
  heap!: Heap
  /** A check has failed in it, so that it must not be called again. */
  isSpent = false

  constructor(module: WebAssembly.Module, name: string) {
    const imports: WebAssembly.Imports = {}
    for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
      // None of these is called: a module reads no clock, opens no file and never exits.
      if (kind === 'function') (imports[from] ??= {})[name] = () => 0
    }
    this.exports = new WebAssembly.Instance(module, imports).exports as unknown as E
    this.exports._initialize?.()
    if (typeof BALLAST_VERSION === 'number' && this.exports.version() !== BALLAST_VERSION) {
      throw new Error(`${name} is of another version than the JavaScript that loads it; ` +
        'install or deploy both anew')
    }
    this.refresh()
  }

  /** Takes the views again; those before a growth of the memory are empty. */
  refresh(): void {
    const { buffer } = this.exports.memory
    if (this.heap?.u8.buffer === buffer) return
    this.heap = {
      u8: new Uint8Array(buffer),
      u32: new Uint32Array(buffer),
      i32: new Int32Array(buffer),
      f32: new Float32Array(buffer),
      f64: new Float64Array(buffer),
      i64: new BigInt64Array(buffer),
    }
  }

  /** Begins a task. */
  start(head: object): number {
    return this.#pass(JSON.stringify(head), NOTHING, (at, size) => this.exports.start(at, size))
  }

  /** Takes a task one step on. `stop` it when it is over. */
  step(task: number, head: string, body: Uint8Array): Frame {
    const [at = 0, size = 0, from = 0, bodySize = 0] = this.words(task, head, body)
    return {
      head: JSON.parse(utf8(this.heap.u8, at, size)),
      body: this.heap.u8.slice(from, from + bodySize),
    }
  }

  /** The same, as where the frame lies: `head, head_size, body, body_size`. */
  words(task: number, head: string, body: Uint8Array): Uint32Array {
    const out = this.#pass(head, body, (a, b, c, d) => this.exports.step(task, a, b, c, d)) >> 2
    return this.heap.u32.subarray(out, out + 4)
  }

  /** Ends a task. */
  stop(task: number): void {
    // What a trap left behind went with its instance.
    if (!this.isSpent) this.exports.stop(task)
  }

  #pass(
    head: string, body: Uint8Array, call: (a: number, b: number, c: number, d: number) => number,
  ): number {
    const text = encoder.encode(head)
    try {
      const at = this.exports.alloc(text.length + body.length + 1)
      this.refresh()
      this.heap.u8.set(text, at)
      this.heap.u8.set(body, at + text.length)
      const out = call(at, text.length, at + text.length, body.length)
      this.exports.free(at)
      this.refresh()
      return out
    } catch (cause) {
      throw this.trapped(cause)
    }
  }

  /** The error for a trap, which ends the instance, and only the query whose call it was. */
  trapped(cause: unknown): unknown {
    this.isSpent = true
    if (!(cause instanceof WebAssembly.RuntimeError)) return cause
    return new BallastError({
      code: 'BA001',
      message: 'The core of ballast stopped on a failed check. This is a bug of ballast; only ' +
        'this query is affected.',
      fate: 'unknown',
      attempts: 1,
    }, { cause })
  }
}

const encoder = new TextEncoder()
// A byte order mark is a character of the text; were it taken away, all offsets would be off.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** No bytes. */
export const NOTHING = new Uint8Array(0)

/** How `Buffer` makes strings of bytes. */
interface Slices {
  latin1Slice(this: Uint8Array, from: number, to: number): string
  ucs2Slice(this: Uint8Array, from: number, to: number): string
  utf8Slice(this: Uint8Array, from: number, to: number): string
}

const found = (globalThis as { Buffer?: { prototype: Partial<Slices> } }).Buffer?.prototype

/**
 * Node's Buffer makes strings of bytes several times faster than TextDecoder does. It is there in
 * Node, and in workerd with `nodejs_compat`.
 */
export const slices = typeof found?.latin1Slice === 'function' &&
  typeof found.ucs2Slice === 'function' && typeof found.utf8Slice === 'function'
  ? found as Slices
  : undefined

/** The text of bytes that are UTF-8. */
export function utf8(u8: Uint8Array, at: number, size: number): string {
  if (slices !== undefined) return slices.utf8Slice.call(u8, at, at + size)
  return decoder.decode(u8.subarray(at, at + size))
}
