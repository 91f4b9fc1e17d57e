/** Where a project's configuration is, and what it comes to: the file, its defaults, the folder. */
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { parseConfig } from './config-file.js'
import { configSchema, type ConfigFile } from './config-schema.js'
import { failure } from './failure.js'
import { shortPath } from './source.js'

const kName = 'ballast.config.json'

/** The configuration of a project, its paths absolute. */
export interface Config {
  /** The folder that its paths are relative to. */
  root: string
  /** The file, or null where there is none. */
  file: string | null
  /** The folder with the migrations, or null where there is none. */
  migrations: string | null
  bundle: string
  /** Names of environment variables. */
  url: readonly string[]
  endpoint: string | null
  environment: string | null
  order: ConfigFile['order']
  drizzle: { schema: string; table: string } | null
  lockTimeout: string
  statementTimeout: string
}

/** Reads the configuration that holds in `folder`: the nearest file there or above. */
export async function loadConfig(folder = process.cwd()): Promise<Config> {
  const file = await findUpwards(folder)
  const root = file === null ? folder : dirname(file)
  const read = file === null ? configSchema.parse({}) : parseConfig(file, await readText(file))
  return {
    root,
    file,
    migrations: await findMigrations(root, read.migrations),
    bundle: resolve(root, read.bundle),
    url: typeof read.url === 'string' ? [read.url] : read.url,
    endpoint: read.endpoint,
    environment: read.environment,
    order: read.order,
    drizzle: read.drizzle === false ? null : read.drizzle,
    lockTimeout: read.lockTimeout,
    statementTimeout: read.statementTimeout,
  }
}

/** The folder with the migrations, or a failure that says how to name it. */
export function migrationsOf({ root, file, migrations }: Config): string {
  if (migrations !== null) return migrations
  throw failure(
    `there is no folder of migrations: neither drizzle/ nor migrations/ is in ${root}`,
    file === null
      ? `Run it where the project is, or name the folder in ${kName}: { "migrations": "PATH" }.`
      : `Name it in ${shortPath(file)}: { "migrations": "PATH" }.`,
  )
}

async function findUpwards(folder: string): Promise<string | null> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, kName)
    if ((await kindOf(file)) === 'file') return file
    if (dirname(at) === at) return null
  }
}

async function findMigrations(root: string, named: string | undefined): Promise<string | null> {
  if (named !== undefined) {
    const folder = resolve(root, named)
    if ((await kindOf(folder)) === 'folder') return folder
    throw failure(
      `the folder of migrations is not there: ${shortPath(folder)}`,
      `It is what "migrations" in ${kName} names; paths there are relative to that file.`,
    )
  }
  for (const name of ['drizzle', 'migrations']) {
    if ((await kindOf(join(root, name))) === 'folder') return join(root, name)
  }
  return null
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  return found.isDirectory() ? 'folder' : 'file'
}

async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\ufeff/, '')
  } catch (error) {
    throw failure(`${shortPath(file)} cannot be read: ${(error as Error).message}`)
  }
}
