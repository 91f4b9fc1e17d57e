/** A question with yes or no. */
import { createInterface } from 'node:readline/promises'

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
