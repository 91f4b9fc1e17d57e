/** Why a query stopped before its answer: its time was up, or its caller gave it up. */
export class Stopped extends Error {
  readonly kind: 'timeout' | 'abort'

  constructor(kind: 'timeout' | 'abort', message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

// A longer timer would overflow and fire at once.
const TIMER_MAX_MS = 0x7fffffff

/**
 * Ends a query on time, whatever it is waiting for: `fetch` is told by a signal, and what does not
 * listen to signals is no longer waited for.
 */
export class Watch {
  /** Set once the query must end. */
  stopped: Stopped | undefined
  readonly #controller = new AbortController()
  readonly #stop: Promise<never>
  #reject: (reason: Stopped) => void = () => {}
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #caller: AbortSignal | undefined

  constructor(caller: AbortSignal | undefined, timeoutMs: number | undefined) {
    this.#stop = new Promise((_, reject) => { this.#reject = reject })
    // Nobody may be waiting when it stops, and that is no unhandled rejection.
    this.#stop.catch(() => {})
    this.#caller = caller
    if (caller?.aborted === true) this.#onAbort()
    caller?.addEventListener('abort', this.#onAbort)
    if (timeoutMs !== undefined && timeoutMs <= TIMER_MAX_MS) {
      this.#timer = setTimeout(() => {
        this.#end(new Stopped('timeout', `The query was not answered within ${timeoutMs} ms`))
      }, timeoutMs)
    }
  }

  /** What `fetch` listens to. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Waits for `work`, or until the query must end. */
  wait<T>(work: T | PromiseLike<T>): Promise<T> {
    return Promise.race([this.#stop, work])
  }

  /** The query has ended: no timer and no listener stays behind. */
  close(): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => {
    const reason: unknown = this.#caller?.reason
    this.#end(new Stopped('abort', 'The query was aborted by its caller', { cause: reason }))
  }

  #end(stopped: Stopped): void {
    if (this.stopped !== undefined) return
    this.stopped = stopped
    this.#reject(stopped)
    this.#controller.abort(stopped)
  }
}
