/** Where a project's configuration is, and what it comes to: the file, its defaults, the folder. */
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'

import { defaults } from './config-defaults.js'
import type { ConfigFile } from './config-schema.js'
import type { ConnectionString, DrizzleConfig } from './drizzle/config.js'
import { failure } from './failure.js'
import { shortPath } from './source.js'

const kName = 'ballast.config.json'
const kDrizzleNames = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(end => `drizzle.config.${end}`)

/** The configuration of a project, its paths absolute. */
export interface Config {
  /** The folder that its paths are relative to. */
  root: string
  /** The file, or null where there is none. */
  file: string | null
  /** The folder with the migrations, or null where none is named and none is there. */
  migrations: string | null
  /** What the schema shall be, as the file says it; null where nobody says it. */
  schema: NonNullable<ConfigFile['schema']> | null
  /** The configuration of drizzle-kit that stands in for a file of ours. */
  drizzleConfig: DrizzleConfig | null
  postgres: number
  online: boolean
  /** Tables too large to be written anew in one go. */
  large: readonly string[]
  prefix: ConfigFile['prefix']
  bundle: string
  /** Names of environment variables. */
  url: readonly string[]
  /** What Drizzle's configuration has, where no variable is set. */
  drizzleUrl: ConnectionString | null
  endpoint: string | null
  environment: string | null
  order: ConfigFile['order']
  drizzle: { schema: string; table: string } | null
  lockTimeout: string
  statementTimeout: string
  /** The schemas whose names queries leave out. */
  searchPath: readonly string[]
  /** Patterns of the files in which queries are looked for; null where nobody says it. */
  queries: readonly string[] | null
  /** Files of recorded queries. */
  recorded: readonly string[]
  neon: ConfigFile['neon']
}

/** Reads the configuration that is `named`, else the nearest file in `folder` or above. */
export async function loadConfig(named?: string, folder = process.cwd()): Promise<Config> {
  if (named !== undefined) return loadNamed(resolve(named))
  const file = await findUpwards(folder, [kName])
  const root = await projectRoot(folder)
  return configOf(root, file, file === null ? await findDrizzle(root) : null)
}

/** Ours holds from where it is; that of drizzle-kit from where the command is run, as there. */
async function loadNamed(file: string): Promise<Config> {
  const text = await readText(file)
  if (extname(file) === '.json' && !/"dialect"\s*:/.test(text)) {
    return configOf(dirname(file), file, null)
  }
  const { readDrizzleConfig } = await import('./drizzle/config.js')
  const root = process.cwd()
  return configOf(root, null, await readDrizzleConfig(file, root))
}

async function configOf(
  root: string,
  file: string | null,
  kit: DrizzleConfig | null,
): Promise<Config> {
  const read: ConfigFile = file === null ? withDefaults() : await parse(file)
  return {
    root,
    file,
    migrations: kit?.out ?? (await findMigrations(root, read.migrations)),
    schema: read.schema ?? null,
    drizzleConfig: kit,
    postgres: read.postgres,
    online: read.online,
    large: read.large,
    prefix: kit === null ? read.prefix : prefixOf(kit),
    bundle: resolve(root, read.bundle),
    url: typeof read.url === 'string' ? [read.url] : read.url,
    drizzleUrl: kit?.url ?? null,
    endpoint: read.endpoint,
    environment: read.environment,
    order: read.order,
    drizzle: drizzleTable(kit, read),
    lockTimeout: read.lockTimeout,
    statementTimeout: read.statementTimeout,
    searchPath: read.searchPath,
    queries: read.queries === undefined ? null : [read.queries].flat(),
    recorded: read.recorded.map(each => resolve(root, each)),
    neon: read.neon,
  }
}

function withDefaults(): ConfigFile {
  const { large, url, searchPath, recorded } = defaults
  const lists = { url: [...url], searchPath: [...searchPath], recorded: [...recorded] }
  return { ...defaults, ...lists, large: [...large] }
}

/** The nearest folder, there or above, with a configuration, ours first; else the folder itself. */
export async function projectRoot(folder = process.cwd()): Promise<string> {
  const file = (await findUpwards(folder, [kName])) ?? (await findUpwards(folder, kDrizzleNames))
  return file === null ? resolve(folder) : dirname(file)
}

/** Only who has a file waits for what reads it to load. */
async function parse(file: string): Promise<ConfigFile> {
  const { parseConfig } = await import('./config-file.js')
  return parseConfig(file, await readText(file))
}

async function findDrizzle(root: string): Promise<DrizzleConfig | null> {
  // Only who has such a file waits for a bundler to load.
  if (!kDrizzleNames.some(name => existsSync(join(root, name)))) return null
  const { findDrizzleConfig, readDrizzleConfig } = await import('./drizzle/config.js')
  const file = await findDrizzleConfig(root)
  return file === null ? null : readDrizzleConfig(file)
}

function prefixOf({ migrations }: DrizzleConfig): ConfigFile['prefix'] {
  const { prefix } = migrations
  if (prefix === 'supabase' || prefix === 'timestamp') return 'timestamp'
  return prefix === 'unix' ? 'unix' : 'index'
}

function drizzleTable(kit: DrizzleConfig | null, read: ConfigFile): Config['drizzle'] {
  if (kit !== null) return { schema: kit.migrations.schema, table: kit.migrations.table }
  return read.drizzle === false ? null : read.drizzle
}

/** The folder with the migrations, or a failure that says how to name it. */
export function migrationsOf({ root, file, migrations, drizzleConfig }: Config): string {
  if (migrations !== null && existsSync(migrations)) return migrations
  if (migrations !== null) {
    const named = drizzleConfig === null ? kName : shortPath(drizzleConfig.file)
    throw failure(
      `the folder of migrations is not there: ${shortPath(migrations)}`,
      `It is what "${drizzleConfig === null ? 'migrations' : 'out'}" in ${named} names; paths ` +
        'there are relative to that file.',
    )
  }
  throw failure(
    `there is no folder of migrations: neither drizzle/ nor migrations/ is in ${root}`,
    file === null
      ? `Run it where the project is, or name the folder in ${kName}: { "migrations": "PATH" }.`
      : `Name it in ${shortPath(file)}: { "migrations": "PATH" }.`,
  )
}

async function findUpwards(folder: string, names: readonly string[]): Promise<string | null> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of names) {
      if ((await kindOf(join(at, name))) === 'file') return join(at, name)
    }
    if (dirname(at) === at) return null
  }
}

async function findMigrations(root: string, named: string | undefined): Promise<string | null> {
  if (named !== undefined) return resolve(root, named)
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
