/** Environment variables, and those that `.dev.vars` and `.env` have for a developer's machine. */
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

import { parse } from 'dotenv'

import type { Config } from './config.js'
import { failure } from './failure.js'
import type { Secrets } from './secrets.js'
import { shortPath } from './source.js'

/** Reads a variable; the process's environment goes before the files. */
export type Variables = (name: string) => string | undefined

const kTokenName = 'BALLAST_MIGRATE_TOKEN'

/** The variables that hold for a project: of `envFile` where it is given, else of its own files. */
export async function readVariables(root: string, envFile?: string): Promise<Variables> {
  const files =
    envFile === undefined
      ? await Promise.all(['.dev.vars', '.env'].map(name => readFileIfThere(join(root, name))))
      : [await readNamed(resolve(envFile))]
  const sources = [process.env, ...files.map(text => parse(text))]
  // An empty variable is how shells and CI say that there is none.
  return name => sources.map(source => source[name]).find(value => (value ?? '') !== '')
}

async function readFileIfThere(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return ''
    throw failure(`${shortPath(file)} cannot be read: ${error.code ?? error.message}`)
  })
}

async function readNamed(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw failure(
      `${shortPath(file)}, which --env-file names, cannot be read: ${error.code ?? error.message}`,
    )
  })
}

/** The database's URL, by the names that the configuration or `--url-env` gives. */
export function databaseUrl(
  config: Config,
  variables: Variables,
  named: string | undefined,
  secrets: Secrets,
): string {
  if (named !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(named)) {
    // What was given may be the URL itself, and is not repeated.
    throw failure(
      '--url-env takes the name of an environment variable',
      'Put the URL into a variable and give its name: others can read the arguments of a program.',
    )
  }
  const names = named === undefined ? config.url : [named]
  for (const name of names) {
    const value = variables(name)
    if (value === undefined) continue
    secrets.addUrl(value)
    return value
  }
  if (named === undefined && config.drizzleUrl !== null) {
    const url = config.drizzleUrl.reveal()
    secrets.addUrl(url)
    return url
  }
  throw failure(
    `there is no database URL: ${list(names)} ${names.length === 1 ? 'is' : 'are'} not set`,
    `Set ${names[0]} in the environment, or in .dev.vars or .env in ${config.root}; or apply the ` +
      "migrations through the Worker, with --via and the address of its endpoint.",
  )
}

/** The endpoint's token. There is no flag for it: others can read the arguments of a program. */
export function endpointToken(variables: Variables, secrets: Secrets): string {
  const token = variables(kTokenName)
  if (token === undefined) {
    throw failure(
      `there is no token for the endpoint: ${kTokenName} is not set`,
      'Set it to the token that the Worker has for this action.',
    )
  }
  secrets.add(token)
  if (!/^[!-~]+$/.test(token)) {
    throw failure(`${kTokenName} has characters that no header can carry`)
  }
  return token
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
