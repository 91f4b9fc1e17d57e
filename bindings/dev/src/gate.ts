/** Holding back those who want a session when all are taken. */
import { EndpointError } from './errors.js'

interface Waiter {
  enter(): void
}

/** Lets at most `slots` hold a place; others wait in line, and fail when it takes too long. */
export class Gate {
  #free: number
  #waiters: Waiter[] = []
  #waitMs: number
  #hint: string

  constructor(slots: number, waitMs: number, hint: string) {
    this.#free = slots
    this.#waitMs = waitMs
    this.#hint = hint
  }

  /** Resolves when there is a place, or rejects with 53300. */
  enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return Promise.resolve()
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        enter: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        reject(this.#tooMany())
      }, this.#waitMs)
      this.#waiters.push(waiter)
    })
  }

  /** Gives the place to the next in line. */
  leave(): void {
    const next = this.#waiters.shift()
    if (next === undefined) this.#free++
    else next.enter()
  }

  #tooMany(): EndpointError {
    const seconds = this.#waitMs / 1000
    const text = `sorry, too many clients already: no session became free within ${seconds} s`
    const fields = new Map([
      ['S', 'FATAL'],
      ['V', 'FATAL'],
      ['C', '53300'],
      ['M', text],
      ['H', this.#hint],
    ])
    return new EndpointError(500, text, fields)
  }
}
