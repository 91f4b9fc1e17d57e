/** Starting other programs, for the scripts of this folder. Needs nothing but Node itself. */
import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top folder of the repository. */
export const top = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** What went wrong and what to do about it; printed without a stack, exit code 1. */
export class Advice extends Error {}

const running = new Set()

// A child leads its own process group, so that a whole tree (npm, cmake, wrangler and its workerd)
// ends with us; without this a Ctrl-C or a stage's time limit would leave servers behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) killGroup(child, 'SIGTERM')
    process.exit(128 + constants.signals[signal])
  })
}

/** Sends a signal to a child and everything that it started. */
export function killGroup(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group ended between the check and the signal.
  }
}

/** Runs a program with its output on our terminal; throws `Advice` when it does not end well. */
export async function run(command, args, { cwd = top, env = process.env } = {}) {
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const { code, signal } = await ended(child)
  if (code !== 0) throw new Advice(`${command} ${args.join(' ')} ended with ${signal ?? code}.`)
}

/** Runs a program quietly. Answers its standard output, or null when it is missing or fails. */
export async function ask(command, args, { env = process.env } = {}) {
  const child = spawn(command, args, {
    cwd: top,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    text += chunk
  })
  const { code } = await ended(child)
  return code === 0 ? text : null
}

/**
 * Runs a program with its output kept in a file, a line of progress each half minute, and a time
 * limit. Answers `{ ok, reason, text }`.
 */
export async function capture(command, args, { log, label, seconds, env = process.env, verbose }) {
  mkdirSync(dirname(log), { recursive: true })
  const file = createWriteStream(log, { flags: 'a' })
  const child = spawn(command, args, {
    cwd: top,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const started = Date.now()
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', chunk => {
      file.write(chunk)
      if (verbose) process.stdout.write(chunk)
      last = chunk.trimEnd().split('\n').at(-1).slice(0, 120) || last
    })
  }
  const beat = setInterval(() => {
    console.log(`  ${label}: ${Math.round((Date.now() - started) / 1000)} s, ${last}`)
  }, 30_000)
  let late = false
  const limit = setTimeout(() => {
    late = true
    killGroup(child, 'SIGTERM')
    setTimeout(() => killGroup(child, 'SIGKILL'), 5_000).unref()
  }, seconds * 1000)
  const { code, signal, error } = await ended(child)
  clearInterval(beat)
  clearTimeout(limit)
  await new Promise(resolve => file.end(resolve))
  const reason = late
    ? `not done after ${seconds} s`
    : (error?.message ?? `ended with ${signal ?? code}`)
  return { ok: code === 0, reason, text: readFileSync(log, 'utf8') }
}

/** Waits for a child's end, whether it started or not. */
export function ended(child) {
  running.add(child)
  return new Promise(resolve => {
    const finish = result => {
      running.delete(child)
      resolve(result)
    }
    child.once('error', error => finish({ code: 127, signal: null, error }))
    child.once('close', (code, signal) => finish({ code, signal }))
  })
}

/** Runs a script's main function; advice is printed as a sentence, anything else with its stack. */
export async function main(body) {
  try {
    await body()
  } catch (error) {
    console.error(error instanceof Advice ? `\n${error.message}` : error)
    process.exit(1)
  }
}
