/** A runner's problem, as a failure with its place in the user's own files. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Bundle } from 'ballast/migrate'

import { adviceFor } from './advice.js'
import type { Config } from './config.js'
import { Failure, type Place } from './failure.js'
import { ProblemError, type Runner } from './runner.js'

/** Runs `body`; a problem in it turns into a `Failure` for people and programs. */
export async function reporting<T>(
  at: { config: Config; bundle: Bundle; runner: Runner; command: string },
  body: () => Promise<T>,
): Promise<T> {
  try {
    return await body()
  } catch (error) {
    throw error instanceof ProblemError ? failureOf(error, at) : error
  }
}

function failureOf(
  { problem }: ProblemError,
  at: { config: Config; bundle: Bundle; runner: Runner; command: string },
): Failure {
  const { code, message, fate, detail, hint, statement } = problem
  const place = placeOf(problem, at.config)
  const tag = place === undefined ? problem.tag : undefined
  const { isRemote } = at.runner
  const finding = {
    code: code ?? null,
    message: tag === undefined ? message : `${tag}: ${message}`,
    place,
    detail,
    hint,
    statement,
    notes: notesOf(problem),
    advice: adviceFor(code, fate, { command: at.command, isRemote }),
  }
  return new Failure([finding], { ...problem })
}

function notesOf(problem: ProblemError['problem']): string[] {
  const { applied = [], tag, loses = [], tags = [] } = problem
  return [
    ...loses.map(text => `It ${text}.`),
    ...(tags.length > 0 && tag === undefined ? [`It is about: ${tags.join(', ')}.`] : []),
    ...(applied.length > 0 ? [`Applied before, and stays: ${applied.join(', ')}.`] : []),
    ...(problem.fate === 'answered' && tag !== undefined ? [`Not applied: ${tag}.`] : []),
  ]
}

/** The migration's file here, although a Worker that never saw it may have named it. */
function placeOf(problem: ProblemError['problem'], config: Config): Place | undefined {
  const { file, line, column } = problem
  // A field of PostgreSQL's has the same name: the source file of the server, its line a text.
  if (typeof file !== 'string' || typeof line !== 'number' || config.migrations === null) {
    return undefined
  }
  const found = [join(config.migrations, file), join(config.root, file)].find(existsSync)
  if (found === undefined) return undefined
  const place = { file: found, line: Math.max(1, line) }
  return typeof column === 'number' && column > 0 ? { ...place, column } : place
}
