/** Which project's branches are managed, where, and with which key. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import type { CommonFlags, Context } from '../command.js'
import { failure } from '../failure.js'

/** Flags that all commands about branches take. */
export interface BranchFlags extends CommonFlags {
  project?: string
}

/** Where requests go, and as whom. */
export interface ApiSettings {
  host: string
  key: string
  project: string
}

const kHost = 'https://console.neon.tech/api/v2'
const kKeyAdvice =
  'Make an API key in Neon and set NEON_API_KEY to it, in the environment or in .dev.vars or ' +
  '.env; or set NEON_API_KEY_FILE to a file that holds it. There is no flag for it: others can ' +
  'read the arguments of a program.'

/** Whether there is a key, so that Neon can be asked at all. */
export function hasKey({ variables }: Context): boolean {
  return ['NEON_API_KEY', 'NEON_API_KEY_FILE'].some(name => variables(name) !== undefined)
}

/** Reads them from flags, variables and configuration, in this order. Throws a `Failure`. */
export async function readSettings(context: Context, flags: BranchFlags): Promise<ApiSettings> {
  const { config, variables } = context
  const host = (variables('NEON_API_HOST') ?? config.neon?.host ?? kHost).replace(/\/+$/, '')
  checkHost(host)
  const project = flags.project ?? variables('NEON_PROJECT_ID') ?? config.neon?.project ?? ''
  return { host, key: await readKey(context), project }
}

/** A key must not travel where others can read it. */
function checkHost(host: string): void {
  const url = URL.canParse(host) ? new URL(host) : null
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '')
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return
  throw failure(
    'the API host is no https URL, and the key would be readable on the way there',
    `NEON_API_HOST, or "neon": { "host": … }, is a URL such as ${kHost}.`,
  )
}

async function readKey({ variables, screen, config }: Context): Promise<string> {
  const named = variables('NEON_API_KEY_FILE')
  const given = variables('NEON_API_KEY')
  if (given === undefined && named === undefined) {
    throw failure("there is no key for Neon's API: NEON_API_KEY is not set", kKeyAdvice)
  }
  const key = (given ?? (await readKeyFile(resolve(config.root, named ?? '')))).trim()
  screen.secrets.add(key)
  if (!/^[!-~]+$/.test(key)) {
    throw failure("the key for Neon's API is empty, or has characters that no header can carry")
  }
  return key
}

async function readKeyFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw failure(`the file that NEON_API_KEY_FILE names cannot be read: ${error.code ?? 'error'}`)
  })
}
