/** The command of the user's that a preview runs against its branch. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

import { failure } from '../failure.js'

/** How long a command has to end once it was asked to. */
const kGraceMs = 10_000

/** Runs a command to its end and gives its exit code; `signal` asks it to end. */
export function runTest(
  [program = '', ...args]: readonly string[],
  env: NodeJS.ProcessEnv,
  { json, signal }: { json: boolean; signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    // What it prints must not end up between the events that a program reads.
    const stdio = ['inherit', json ? 2 : 'inherit', 'inherit'] as const
    const child = spawn(program, args, { env, stdio: [...stdio] })
    let killing: NodeJS.Timeout | undefined
    const stop = (): void => {
      child.kill('SIGTERM')
      killing = setTimeout(() => child.kill('SIGKILL'), kGraceMs)
    }
    const done = (): void => {
      clearTimeout(killing)
      signal.removeEventListener('abort', stop)
    }
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    child.on('error', (error: NodeJS.ErrnoException) => {
      done()
      reject(failure(`${program} cannot be run: ${error.code ?? error.message}`))
    })
    child.on('close', (code, by) => {
      done()
      resolve(code ?? 128 + (by === null ? 0 : constants.signals[by]))
    })
  })
}
