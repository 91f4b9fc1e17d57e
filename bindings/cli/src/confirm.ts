/** A question with yes or no. */
import { createInterface } from 'node:readline/promises'

import { failure } from './failure.js'

/** Whether somebody is there to answer. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Asks on the terminal; anything but yes is no, and so are Ctrl-C and the end of the input. */
export async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new AbortController()
  lines.once('SIGINT', () => gone.abort()).once('close', () => gone.abort())
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: gone.signal })
    return /^\s*y(es)?\s*$/i.test(answer)
  } catch {
    process.stderr.write('\n')
    return false
  } finally {
    lines.close()
  }
}

/** Asks which of the options it is, by its number, and gives its index. */
export async function choose(question: string, options: readonly string[]): Promise<number> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new AbortController()
  lines.once('SIGINT', () => gone.abort()).once('close', () => gone.abort())
  const list = options.map((option, index) => `  ${index + 1}  ${option}`).join('\n')
  try {
    for (;;) {
      const answer = await lines.question(`${question}\n${list}\n[1-${options.length}] `, {
        signal: gone.signal,
      })
      const chosen = Number(answer.trim())
      if (Number.isInteger(chosen) && chosen >= 1 && chosen <= options.length) return chosen - 1
    }
  } catch {
    process.stderr.write('\n')
    throw failure('nothing was chosen, and nothing was done')
  } finally {
    lines.close()
  }
}
