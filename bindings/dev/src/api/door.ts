/** The way to one database of a branch, which can be shut while the database is copied. */
import type { Backend, Session, WireSession, WireSink } from '../backend.js'
import { PostgresBackend } from '../postgres.js'

const kLookMs = 10

/** A backend that lets nobody in while it is shut. */
export class Door implements Backend {
  readonly name = 'PostgreSQL'
  readonly #url: () => string
  readonly #waitMs: number
  #inner: PostgresBackend | null = null
  #busy = 0
  #shut: Promise<void> | null = null

  /** `url` is asked anew whenever the door was shut: the database may be another one. */
  constructor(url: () => string, waitMs: number) {
    this.#url = url
    this.#waitMs = waitMs
  }

  async acquire(): Promise<Session> {
    while (this.#shut !== null) await this.#shut
    this.#busy++
    try {
      const session = await this.#backend().acquire()
      let isOver = false
      return {
        exchange: (bytes, onMessage) => session.exchange(bytes, onMessage),
        cancel: () => session.cancel(),
        release: async broken => {
          await session.release(broken)
          if (!isOver) this.#busy--
          isOver = true
        },
      }
    } catch (error) {
      this.#busy--
      throw error
    }
  }

  async connect(sink: WireSink): Promise<WireSession> {
    while (this.#shut !== null) await this.#shut
    return this.#backend().connect(sink)
  }

  async close(): Promise<void> {
    await this.#inner?.close()
    this.#inner = null
  }

  /**
   * Waits until nobody is inside, ends the sessions that are open, and keeps others waiting while
   * `work` runs. False where somebody stays inside for longer than `waitMs`; nothing was done then.
   */
  async whileShut(waitMs: number, work: () => Promise<void>): Promise<boolean> {
    while (this.#shut !== null) await this.#shut
    let open = (): void => {}
    this.#shut = new Promise(resolve => (open = resolve))
    try {
      const until = Date.now() + waitMs
      while (this.#busy > 0) {
        if (Date.now() > until) return false
        await new Promise(resolve => setTimeout(resolve, kLookMs))
      }
      await this.close()
      await work()
      return true
    } finally {
      this.#shut = null
      open()
    }
  }

  #backend(): PostgresBackend {
    this.#inner ??= new PostgresBackend(this.#url(), this.#waitMs)
    return this.#inner
  }
}
