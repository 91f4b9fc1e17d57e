/** The checker under test: a program that answers a line of JSON with one, or nothing at all. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export class Checker {
  #child
  #waiting = []
  #failure = null

  constructor(program, version) {
    this.#child = spawn(program, [String(version)], { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.#child.stdout }).on('line', line => {
      this.#waiting.shift()?.resolve(JSON.parse(line))
    })
    const end = what => {
      this.#failure = new Error(`${program} ended: ${what}`)
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failure)
    }
    this.#child.on('error', error => end(error.message))
    this.#child.on('exit', (code, signal) => end(signal ?? code))
    this.#child.stdin.on('error', () => {})
  }

  #ask(question) {
    if (this.#failure) return Promise.reject(this.#failure)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#child.stdin.write(`${JSON.stringify(question)}\n`)
    })
  }

  async load(schema) {
    const answer = await this.#ask({ schema })
    if (answer.error) throw new Error(`the schema cannot be read: ${answer.error.message}`)
  }

  async setPath(searchPath) {
    await this.#ask({ searchPath })
  }

  /** `{ verdict, parameters, columns, error, why }` */
  check(sql) {
    return this.#ask({ check: sql })
  }

  close() {
    this.#child.removeAllListeners('exit')
    this.#child.stdin.end()
  }
}

/** Stands in where there is no checker yet: it checks nothing. */
export const nobody = {
  load: async () => {},
  setPath: async () => {},
  check: async () => ({ verdict: 'notChecked', why: 'there is no checker' }),
  close: () => {},
}
