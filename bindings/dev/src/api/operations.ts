/** What is under way: Neon answers first and works afterwards, and so does the stand-in. */
import { randomUUID } from 'node:crypto'

import { ApiError, timestamp } from './state.js'

/** One operation, in the words of the API. */
export interface Operation {
  id: string
  action: string
  status: 'scheduling' | 'running' | 'finished' | 'failed' | 'cancelled'
  branchId: string
  error: string | null
  failures: number
  createdAt: string
  updatedAt: string
  ms: number
}

const kAttempts = 3
const kPauseMs = 500
const kKept = 1000

/** The operations of the project, newest first. They are not kept when the process ends. */
export class Operations {
  #all: Operation[] = []
  #busy = new Set<string>()
  #running = new Set<Promise<void>>()

  get all(): readonly Operation[] {
    return this.#all
  }

  get(id: string): Operation {
    const found = this.#all.find(operation => operation.id === id)
    if (found === undefined) throw new ApiError(404, 'there is no such operation')
    return found
  }

  /** Refuses what would meet work that is under way on one of these branches. */
  mustBeFree(...branches: readonly string[]): void {
    const found = branches.find(id => this.#busy.has(id))
    if (found !== undefined) throw new ApiError(423, `${found} has operations under way`)
  }

  /**
   * Begins `work` on a branch: the first action stands for it, the others are over when it is.
   * A failure is tried again, as Neon does, and `failed` meanwhile.
   */
  begin(branchId: string, actions: readonly string[], work: () => Promise<void>): Operation[] {
    const at = timestamp()
    const made = actions.map(
      (action): Operation => ({
        id: randomUUID(),
        action,
        status: 'scheduling',
        branchId,
        error: null,
        failures: 0,
        createdAt: at,
        updatedAt: at,
        ms: 0,
      }),
    )
    this.#all = [...made].reverse().concat(this.#all).slice(0, kKept)
    this.#busy.add(branchId)
    const running = this.#run(made, work).finally(() => {
      this.#busy.delete(branchId)
      this.#running.delete(running)
    })
    this.#running.add(running)
    return made
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#running])
  }

  async #run([first, ...rest]: Operation[], work: () => Promise<void>): Promise<void> {
    if (first === undefined) return
    const started = Date.now()
    const set = (operation: Operation, status: Operation['status']): void => {
      operation.status = status
      operation.updatedAt = timestamp()
      operation.ms = Date.now() - started
    }
    for (;;) {
      set(first, 'running')
      try {
        // The answer, with the operations' ids in it, goes out before the work begins.
        await new Promise(resolve => setImmediate(resolve))
        await work()
        for (const operation of [first, ...rest]) set(operation, 'finished')
        return
      } catch (error) {
        first.error = error instanceof Error ? error.message : String(error)
        first.failures++
        set(first, 'failed')
        if (first.failures >= kAttempts) break
        await new Promise(resolve => setTimeout(resolve, kPauseMs))
      }
    }
    for (const operation of [first, ...rest]) set(operation, 'cancelled')
  }
}
