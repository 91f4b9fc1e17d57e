/** What the schema shall be: SQL, a Drizzle schema, or a database that has it already. */
import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'

import type { Context } from '../command.js'
import type { Config } from '../config.js'
import { Failure, failure } from '../failure.js'
import { globFiles, isGlob } from '../drizzle/glob.js'
import type { Naming } from '../drizzle/names.js'
import { shortPath } from '../source.js'
import { databaseUrl } from '../variables.js'
import { drizzleModel, type DrizzleInput } from './drizzle-source.js'
import type { Limits } from './align.js'
import { elaborate, type SqlText } from './elaborate.js'
import { liveModel } from './live.js'
import { withNamedRoles } from './objects.js'
import type { Model } from './planner.js'

/** A schema that is wanted, and how far it speaks of everything that a database may have. */
export interface DesiredModel extends Model {
  /** What it is made of, for messages. */
  name: string
  /** Of a Drizzle schema, which cannot say all: what it leaves to others. */
  limits: Limits | null
  /** The names that this version of Drizzle gives; null where it is no Drizzle schema. */
  naming: Naming | null
  /** What it was made of by the elaborator, which may hold it still; none of a database. */
  texts: readonly SqlText[]
}

const kSql = /\.sql$/i
const kCode = /\.[cm]?[jt]s$/
// A project with several has names such as `drizzle.auth.config.ts` and `drizzle-auth.config.ts`.
const kDrizzleConfig = /^drizzle\b.*\bconfig\b.*\.(?:[cm]?[jt]s|json)$/

/** What the configuration's `schema` says. */
export async function desiredModel(context: Context): Promise<DesiredModel> {
  const { config } = context
  if (config.drizzleConfig !== null) return drizzleModel(context, config.drizzleConfig)
  const named = config.schema ?? (await usualSchema(config))
  if (typeof named === 'object' && !Array.isArray(named)) return databaseSchema(context, named.url)
  const paths = typeof named === 'string' ? [named] : named
  const [only] = paths
  if (paths.length === 1 && only !== undefined && kDrizzleConfig.test(basename(only))) {
    const { readDrizzleConfig } = await import('../drizzle/config.js')
    return drizzleModel(context, await readDrizzleConfig(resolve(config.root, only)))
  }
  const files = await filesOf(config, paths)
  const isSql = files.filter(file => kSql.test(file))
  if (isSql.length === files.length) return sqlSchema(context, files)
  if (isSql.length > 0) {
    throw failure(
      `"schema" names SQL and TypeScript: ${files.map(shortPath).join(', ')}`,
      'A schema is one of them: files of SQL, or those of Drizzle.',
    )
  }
  const input: DrizzleInput = { schema: files, casing: null, tablesFilter: [], schemaFilter: [] }
  return drizzleModel(context, { ...input, roles: false, extensionsFilters: [] })
}

/** What is meant where the configuration names none. */
async function usualSchema({ root, file }: Config): Promise<string> {
  const found = await stat(join(root, 'schema.sql')).catch(() => null)
  if (found?.isFile() === true) return 'schema.sql'
  const where = file === null ? 'ballast.config.json' : shortPath(file)
  throw failure(
    `nothing says what the schema shall be: there is no schema.sql in ${root}`,
    `Name it in ${where}: { "schema": "schema.sql" }. A folder of SQL, a Drizzle schema.ts or ` +
      'drizzle.config.ts will do as well. `ballast pull` writes one from a database.',
  )
}

async function databaseSchema(context: Context, variable: string): Promise<DesiredModel> {
  const url = databaseUrl(context.config, context.variables, variable, context.screen.secrets)
  const model = withNamedRoles(await liveModel(context, url))
  return { ...model, name: `the database of ${variable}`, limits: null, naming: null, texts: [] }
}

async function sqlSchema(context: Context, files: readonly string[]): Promise<DesiredModel> {
  const texts = await Promise.all(
    files.map(async file => ({ text: await readText(file), name: shortPath(file), file })),
  )
  const model = await elaborate(context, texts)
  return { ...model, name: nameOf(files), limits: null, naming: null, texts }
}

function nameOf(files: readonly string[]): string {
  const [first = ''] = files
  return files.length === 1 ? shortPath(first) : `${shortPath(first)} and ${files.length - 1} more`
}

/** The text of a file, without the mark that some editors begin it with. */
async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw failure(`${shortPath(file)} cannot be read: ${error.code ?? error.message}`)
  })
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {
    // Said below.
  }
  throw failure(`${shortPath(file)} is not a text in UTF-8`, 'Save it as UTF-8.')
}

/** The files that the configuration names: paths, folders and patterns, in their order. */
async function filesOf({ root, migrations }: Config, paths: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const path of paths) {
    const files = (await filesAt(root, path)).filter(file => !isWithin(migrations, file))
    if (files.length === 0) throw missing(root, path)
    found.push(...files)
  }
  return [...new Set(found)]
}

async function filesAt(root: string, named: string): Promise<string[]> {
  const path = named.replaceAll('\\', '/').replace(/^\.\//, '')
  const at = resolve(root, path)
  const there = await stat(at).catch(() => null)
  if (there?.isFile() === true) {
    if (kSql.test(at) || kCode.test(at)) return [at]
    throw failure(
      `${shortPath(at)} is no schema`,
      '"schema" takes files that end in .sql, or in .ts and .js for Drizzle.',
    )
  }
  if (there?.isDirectory() === true) return folderFiles(at)
  if (!isGlob(path)) return []
  const files: string[] = []
  for (const each of await globFiles(root, path)) {
    const isFile = (await stat(each)).isFile()
    if (isFile && (kSql.test(each) || kCode.test(each))) files.push(each)
  }
  return files
}

/** The files of SQL in a folder and below; of a folder without any, those of Drizzle in it. */
async function folderFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).map(name => name.split(sep).join('/'))
  const usual = names.filter(name => !/(^|\/)(\.|node_modules\/)/.test(name)).sort()
  const sql = usual.filter(name => kSql.test(name))
  const code = usual.filter(name => kCode.test(name) && !name.includes('/'))
  return (sql.length > 0 ? sql : code).map(name => join(folder, name))
}

function isWithin(folder: string | null, file: string): boolean {
  return folder !== null && !relative(folder, file).startsWith('..')
}

function missing(root: string, path: string): Failure {
  return failure(
    `there is no schema at ${path}`,
    `"schema" names it; paths are relative to ${root}, and files end in .sql, .ts or .js.`,
  )
}
