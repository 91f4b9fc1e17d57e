/**
 * Drives a run: sends what the runner asks for, sleeps when it is told to, hands events on. What is
 * sent, and what an answer means, is the runner's say, in `src/migrate`.
 */
import { BallastError } from '../errors.ts'
import type { Frame } from '../instance.ts'
import { MigrationError } from './error.ts'
import { ABORTED, pause, post } from './transport.ts'
import type { Address, Outcome } from './transport.ts'
import type {
  Action, Bundle, MigrateEvent, MigrateOptions, Problem, ResultOf,
} from './types.ts'

/** As much of an instance as a run needs. */
export interface Runner {
  readonly isSpent: boolean
  start(head: object): number
  step(task: number, head: string, body: Uint8Array): Frame
  stop(task: number): void
}

/** Generous: whatever does not run alone is done within its `statement_timeout`. */
const REQUEST_TIMEOUT_MS = 60_000
/** A look at the progress must not outlast what it looks at by much. */
const WATCH_TIMEOUT_MS = 10_000
/** How many requests a run may still ask for once its caller has given it up. */
const ASKS_MAX = 3

const NOTHING = new Uint8Array(0)

/** Runs to the end. Rejects with a `MigrationError`. */
export async function drive<A extends Action>(
  runner: Runner, bundle: Bundle, options: MigrateOptions<A>,
): Promise<ResultOf<A>> {
  const run = options.run ?? crypto.randomUUID()
  const bytes = new TextEncoder().encode(JSON.stringify(bundle))
  return await new Drive(runner, bytes, { ...options, run }).finish() as ResultOf<A>
}

/** One run. */
class Drive {
  readonly #runner: Runner
  readonly #bundle: Uint8Array
  readonly #options: MigrateOptions
  readonly #now: () => number
  readonly #started: number
  // What is known without the runner, for when it stops on a failed check.
  readonly #applied: string[] = []
  #requests = 0
  #asksInVain = 0
  #task = 0

  constructor(runner: Runner, bundle: Uint8Array, options: MigrateOptions) {
    this.#runner = runner
    this.#bundle = bundle
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
    this.#started = this.#now()
  }

  async finish(): Promise<unknown> {
    const address = this.#resolve()
    this.#task = this.#guard(() => this.#runner.start({ migrate: taskOf(this.#options) }))
    try {
      let frame = this.#tell({ start: {} }, this.#bundle)
      while (frame.head['done'] === undefined) frame = await this.#follow(frame, address)
      return frame.head['done']
    } finally {
      this.#runner.stop(this.#task)
    }
  }

  /** Does what a step wants, and gives the next one. */
  async #follow({ head, body }: Frame, address: Address): Promise<Frame> {
    const { http, sleep, progress, error } = head
    if (http !== undefined) {
      const { alone } = http as { alone?: boolean }
      const outcome = await this.#request(address, body, alone === true)
      return 'why' in outcome
        ? this.#tell({ failed: outcome })
        : this.#tell({ reply: { status: outcome.status } }, outcome.body)
    }
    if (sleep !== undefined) {
      await this.#sleep(Number(sleep), this.#options.signal)
      return this.#tell({ woke: {} })
    }
    if (progress !== undefined) {
      this.#emit(progress as MigrateEvent)
      return this.#tell({ woke: {} })
    }
    throw this.#failed(error as Partial<Problem> | undefined)
  }

  #resolve(): Address {
    return this.#guard(() => {
      const connectionString = this.#options.url ?? ''
      const task = this.#runner.start({ connect: { connectionString } })
      const { head } = this.#runner.step(task, '{"start":{}}', NOTHING)
      this.#runner.stop(task)
      if (head['done'] === undefined) throw this.#failed(head['error'] as Partial<Problem>)
      return head['done'] as Address
    })
  }

  #tell(event: object, body: Uint8Array = NOTHING): Frame {
    const random = Math.min(999, Math.floor((this.#options.random ?? Math.random)() * 1000))
    const now = Math.max(0, Math.round(this.#now() - this.#started))
    const head = JSON.stringify({ ...event, random, now })
    return this.#guard(() => this.#runner.step(this.#task, head, body))
  }

  async #request(
    address: Address, body: Uint8Array<ArrayBuffer>, alone: boolean,
  ): Promise<Outcome> {
    const { fetch, signal, requestTimeoutMs = REQUEST_TIMEOUT_MS } = this.#options
    if (signal?.aborted === true) {
      if (++this.#asksInVain > ASKS_MAX) throw this.#failed(GIVEN_UP)
      return ABORTED
    }
    this.#requests++
    const timeoutMs = alone ? undefined : requestTimeoutMs
    const unwatch = alone ? this.#watch() : undefined
    try {
      return await post(address, body, { fetch, signal, timeoutMs })
    } finally {
      unwatch?.()
    }
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return
    const { sleep } = this.#options
    if (sleep === undefined) return pause(ms, signal)
    if (signal === undefined) return sleep(ms, signal)
    // What stands in for a timer need not listen to signals.
    let end = (): void => {}
    const aborted = new Promise<void>(resolve => { end = resolve })
    signal.addEventListener('abort', end)
    await Promise.race([sleep(ms, signal), aborted]).finally(() => {
      signal.removeEventListener('abort', end)
    })
  }

  #emit(event: MigrateEvent): void {
    if (event.event === 'applied' && event.segment + 1 === event.segments) {
      this.#applied.push(event.tag)
    }
    try {
      this.#options.onEvent?.(event)
    } catch {
      // A listener must not stop a run half-way.
    }
  }

  /** Asks every now and then how far a statement is. Gives what ends it. */
  #watch(): (() => void) | undefined {
    const { watchMs = 0, onEvent } = this.#options
    if (!(watchMs > 0) || onEvent === undefined) return undefined
    const ended = new AbortController()
    void this.#lookOn(watchMs, ended.signal)
    return () => { ended.abort() }
  }

  async #lookOn(watchMs: number, signal: AbortSignal): Promise<void> {
    const { url, run, fetch, sleep, random, now } = this.#options
    const look: MigrateOptions = {
      url, run, fetch, sleep, random, now, signal,
      action: 'status', attempts: 1, requestTimeoutMs: WATCH_TIMEOUT_MS,
    }
    for (;;) {
      await this.#sleep(watchMs, signal)
      if (signal.aborted) return
      // Progress is a courtesy: where it cannot be had, the run goes on without.
      const status = await new Drive(this.#runner, this.#bundle, look).finish().catch(() => null)
      if (signal.aborted) return
      const { running = [] } = (status ?? {}) as Partial<ResultOf<'status'>>
      for (const { tag, segment, phase, done, total } of running) {
        if (phase !== null) this.#emit({ event: 'progress', tag, segment, phase, done, total })
      }
    }
  }

  /** A call into the runner, whose failed checks are the run's failure. */
  #guard<T>(call: () => T): T {
    if (this.#runner.isSpent) throw this.#failed(TRAPPED)
    try {
      return call()
    } catch (error) {
      if (!(error instanceof BallastError) || error.code !== TRAPPED.code) throw error
      throw this.#failed(TRAPPED, { cause: error.cause })
    }
  }

  #failed(problem: Partial<Problem> = NONSENSE, options?: ErrorOptions): MigrationError {
    const { code = NONSENSE.code, message = NONSENSE.message, fate = 'unknown' } = problem
    const known = { applied: this.#applied, pending: [], requests: this.#requests }
    return new MigrationError({ ...known, ...problem, code, message, fate }, options)
  }
}

const TRAPPED = {
  code: 'BA001',
  message: 'The runner of ballast stopped on a failed check. This is a bug of ballast. What was ' +
    'applied is in the journal: run it again to go on',
  fate: 'unknown',
} as const

const NONSENSE = {
  code: 'BA002',
  message: 'The runner of ballast answered with a frame that means nothing. This is a bug of ' +
    'ballast',
  fate: 'unknown',
} as const

const GIVEN_UP = {
  code: 'BH005',
  message: 'the run was aborted by its caller',
  fate: 'unknown',
} as const

/** The options that are the runner's. Those that were not given are left out by JSON. */
function taskOf(options: MigrateOptions): object {
  const {
    action, run, actor, application, environment, claimEnvironment, bundle, expect, to, undo,
    order, allowDataLoss, allowMissing, lockTimeout, statementTimeout, attempts, maxRequests,
    maxMs, holdMs, leaseMs,
  } = options
  return {
    action, run, actor, application, environment, claimEnvironment, bundle, expect, to, undo,
    order, allowDataLoss, allowMissing, lockTimeout, statementTimeout, attempts, maxRequests,
    maxMs, holdMs, leaseMs,
  }
}
