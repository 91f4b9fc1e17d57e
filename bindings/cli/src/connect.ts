/** From flags and configuration to the runner that a command talks to. */
import type { CommonFlags, Context } from './command.js'
import { failure } from './failure.js'
import { readEndpoint, remoteRunner } from './remote.js'
import { directRunner, type Runner } from './runner.js'
import { bundleFolder, type Bundled } from './tools.js'
import { databaseUrl, endpointToken } from './variables.js'

/** Flags that say which database is meant, and how to reach it. */
export interface ConnectFlags extends CommonFlags {
  via?: string
  environment?: string
  urlEnv?: string
  order?: 'linear' | 'non-linear'
  claimEnvironment?: boolean
  lockTimeout?: string
  statementTimeout?: string
}

/** A runner with the folder's bundle. */
export interface Connection {
  runner: Runner
  bundled: Bundled
  /** What every action carries. */
  common: { environment?: string; bundle?: string; order?: 'linear' | 'non-linear' }
}

const times = [
  ['lockTimeout', '--lock-timeout'],
  ['statementTimeout', '--statement-timeout'],
] as const
// What a Worker's endpoint is not told, since it decides it by itself.
const directOnly = [
  ['claimEnvironment', '--claim-environment'],
  ['urlEnv', '--url-env'],
  ...times,
] as const

/** Bundles the folder and makes ready to talk; nothing is sent yet. */
export async function connect(flags: ConnectFlags, context: Context): Promise<Connection> {
  checkTimes(flags)
  const { config } = context
  const via = flags.via ?? (flags.urlEnv === undefined ? config.endpoint : null)
  const environment = flags.environment ?? config.environment ?? undefined
  const common = {
    ...(environment === undefined ? {} : { environment }),
    ...(flags.order === undefined ? {} : { order: flags.order }),
  }
  return via === null
    ? connectDirectly(flags, context, common)
    : connectVia(via, flags, context, common)
}

function checkTimes(flags: ConnectFlags): void {
  for (const [flag, name] of times) {
    const value = flags[flag]
    if (value !== undefined && !/^[0-9]+ ?(ms|s|min|h|d)?$/.test(value)) {
      throw failure(`${name} takes a time such as 500ms, 3s or 2min`)
    }
  }
}

async function connectVia(
  via: string,
  flags: ConnectFlags,
  { config, variables, screen, signal }: Context,
  common: Connection['common'],
): Promise<Connection> {
  const wrong = directOnly.find(([flag]) => flags[flag] !== undefined)
  if (wrong !== undefined) {
    throw failure(`${wrong[1]} and an endpoint do not go together: the Worker decides that`)
  }
  const endpoint = readEndpoint(via)
  const token = endpointToken(variables, screen.secrets)
  const bundled = await bundleFolder(config, flags)
  const runner = remoteRunner(endpoint, token, signal)
  return { runner, bundled, common: { ...common, bundle: bundled.hash } }
}

async function connectDirectly(
  flags: ConnectFlags,
  { config, variables, screen, signal }: Context,
  common: Connection['common'],
): Promise<Connection> {
  if (flags.claimEnvironment === true && common.environment === undefined) {
    throw failure('--claim-environment wants --environment NAME, the name to give the database')
  }
  const url = databaseUrl(config, variables, flags.urlEnv, screen.secrets)
  const bundled = await bundleFolder(config, flags)
  const runner = directRunner(bundled.bundle, {
    url,
    signal,
    lockTimeout: flags.lockTimeout ?? config.lockTimeout,
    statementTimeout: flags.statementTimeout ?? config.statementTimeout,
    ...(flags.claimEnvironment === true ? { claimEnvironment: true } : {}),
  })
  return { runner, bundled, common }
}
