/** The configuration of drizzle-kit, where a project has that one and none of ours. */
import { readFile, readdir, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'

import { parse as parseEnvironment } from 'dotenv'
import { parse as parseJson, type ParseError } from 'jsonc-parser'
import * as z from 'zod'

import { Failure, failure, type Finding } from '../failure.js'
import { shortPath } from '../source.js'
import { globFiles, isGlob } from './glob.js'
import { loadModule } from './load.js'
import type { Casing } from './names.js'

const kNames = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(end => `drizzle.config.${end}`)
const kSchemaFile = /\.[cm]?[jt]s$/

/** A connection string. It is kept out of what is printed: only `reveal` gives it. */
export class ConnectionString {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text, to connect with. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return 'postgresql://***'
  }

  toJSON(): string {
    return this.toString()
  }
}

/** Roles that are the project's, as `entities.roles` says it. */
export type Roles =
  | boolean
  | { provider?: string; include?: readonly string[]; exclude?: readonly string[] }

/** The configuration, its paths absolute. */
export interface DrizzleConfig {
  file: string
  /** The files with the schema, in the order in which they are named. */
  schema: readonly string[]
  out: string
  url: ConnectionString | null
  /** Drizzle's own table; `prefix` is how files of migrations are named. */
  migrations: { schema: string; table: string; prefix: string }
  tablesFilter: readonly string[]
  schemaFilter: readonly string[]
  extensionsFilters: readonly string[]
  roles: Roles
  casing: Casing | null
  breakpoints: boolean
  /** Every file that the configuration was read from. */
  inputs: readonly string[]
}

const text = z.string('must be a text').min(1, 'is empty')
const texts = z.union(
  [text.transform(one => [one]), z.array(text)],
  'must be a text or an array of texts',
)
const port = z.union([z.number(), z.string().transform(Number)], 'must be a number').optional()

const credentials = z.union(
  [
    z.looseObject({ url: z.string() }).transform(({ url }) => url),
    z.looseObject({ connectionString: z.string() }).transform(given => given.connectionString),
    z
      .looseObject({
        host: z.string(),
        port,
        user: z.string().optional(),
        password: z.string().optional(),
        database: z.string(),
        ssl: z.union([z.boolean(), z.string(), z.looseObject({})]).optional(),
      })
      .transform(urlOf),
    // Of a driver that has no connection, such as that of PGlite or of AWS; or a variable not set.
    z.looseObject({}).transform(() => ''),
  ],
  'must be { url }, or { host, database } with port, user, password and ssl',
)

const configSchema = z.looseObject({
  dialect: z.string('must be "postgresql"').optional(),
  driver: z.string('must be a text').optional(),
  schema: texts.optional(),
  out: text.default('drizzle'),
  dbCredentials: credentials.optional(),
  migrations: z
    .looseObject({
      schema: text.default('drizzle'),
      table: text.default('__drizzle_migrations'),
      prefix: text.default('index'),
    })
    .default({ schema: 'drizzle', table: '__drizzle_migrations', prefix: 'index' }),
  tablesFilter: texts.default([]),
  schemaFilter: texts.default([]),
  extensionsFilters: texts.default([]),
  entities: z
    .looseObject({
      roles: z
        .union([
          z.boolean(),
          z.object({
            provider: text.optional(),
            include: z.array(text).optional(),
            exclude: z.array(text).optional(),
          }),
        ])
        .default(false),
    })
    .default({ roles: false }),
  casing: z.enum(['snake_case', 'camelCase'], 'must be "snake_case" or "camelCase"').nullish(),
  breakpoints: z.boolean('must be true or false').default(true),
})

type Read = z.infer<typeof configSchema>

/** The configuration in `folder`, or null where there is none. */
export async function findDrizzleConfig(folder: string): Promise<string | null> {
  for (const name of kNames) {
    const found = await stat(join(folder, name)).catch(() => null)
    if (found?.isFile() === true) return join(folder, name)
  }
  return null
}

/** Reads a configuration. Paths in it are relative to where drizzle-kit is run. */
export async function readDrizzleConfig(
  file: string,
  root = dirname(file),
): Promise<DrizzleConfig> {
  const { value, inputs } = await withEnvironment(root, () => loadValue(file))
  const read = checked(file, value)
  const schema = await schemaFiles(file, root, read.schema)
  const url = read.dbCredentials ?? ''
  return {
    file,
    schema,
    out: resolve(root, read.out),
    url: url === '' ? null : new ConnectionString(url),
    migrations: read.migrations,
    tablesFilter: read.tablesFilter,
    schemaFilter: read.schemaFilter,
    extensionsFilters: read.extensionsFilters,
    roles: read.entities.roles as Roles,
    casing: read.casing ?? null,
    breakpoints: read.breakpoints,
    inputs,
  }
}

interface Value {
  value: unknown
  inputs: readonly string[]
}

async function loadValue(file: string): Promise<Value> {
  if (extname(file) === '.json') {
    const errors: ParseError[] = []
    const value: unknown = parseJson(await readFile(file, 'utf8'), errors)
    if (errors.length > 0) throw failure(`${shortPath(file)} is not JSON`)
    return { value, inputs: [file] }
  }
  const { exports, inputs } = await loadModule(file)
  const whole = exports['default'] ?? exports
  // What TypeScript made of `export default` has the default within the default.
  const inner = (whole as { default?: unknown }).default
  return { value: inner ?? whole, inputs }
}

/**
 * Runs with the variables of the folder's `.env` set, since drizzle-kit reads that file by itself.
 * What the environment has goes first, and afterwards it is as it was.
 */
async function withEnvironment<T>(root: string, run: () => Promise<T>): Promise<T> {
  const given = parseEnvironment(await readFile(join(root, '.env')).catch(() => ''))
  const added = Object.entries(given).filter(([name]) => process.env[name] === undefined)
  for (const [name, value] of added) process.env[name] = value
  try {
    return await run()
  } finally {
    for (const [name] of added) delete process.env[name]
  }
}

function checked(file: string, value: unknown): Read {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw failure(
      `${shortPath(file)} exports no configuration`,
      'It is the default export: export default defineConfig({ … }).',
    )
  }
  const result = configSchema.safeParse(value)
  if (!result.success) {
    throw new Failure(
      result.error.issues.map(
        // The value itself is never said: it may be a secret.
        (issue): Finding => ({
          code: null,
          message: `"${issue.path.join('.')}" ${issue.message}`,
          place: { file },
        }),
      ),
    )
  }
  const { dialect, driver } = result.data
  const isPostgres = dialect === 'postgresql' || (dialect === undefined && driver === 'pg')
  if (isPostgres) return result.data
  throw new Failure([
    {
      code: null,
      message:
        dialect === undefined
          ? 'the configuration names no dialect'
          : `the dialect is "${dialect}", and not "postgresql"`,
      place: { file },
      advice: "Ballast is for PostgreSQL: dialect: 'postgresql'.",
    },
  ])
}

async function schemaFiles(
  file: string,
  root: string,
  named: readonly string[] | undefined,
): Promise<string[]> {
  if (named === undefined || named.length === 0) {
    throw new Failure([
      {
        code: null,
        message: 'the configuration names no schema',
        place: { file },
        advice: "Name its files: schema: './src/schema.ts'. A folder or a pattern will do.",
      },
    ])
  }
  const found = await Promise.all(named.map(each => filesOf(root, each)))
  const missing = named.filter((_, index) => found[index]?.length === 0)
  if (missing.length > 0) {
    throw new Failure(
      missing.map(each => ({
        code: null,
        message: `there is no file with a schema at ${each}`,
        place: { file },
        advice:
          `Paths are relative to ${shortPath(root)}; ` +
          'files end in .ts, .js, .mts, .mjs, .cts or .cjs.',
      })),
    )
  }
  return [...new Set(found.flat())]
}

/** What a path, a folder or a pattern names. */
async function filesOf(root: string, named: string): Promise<string[]> {
  const path = named.replaceAll('\\', '/').replace(/^\.\//, '')
  // Folders may be called `[id]`: what is there as it is written is no pattern.
  const isThere = (await stat(resolve(root, path)).catch(() => null)) !== null
  const paths = isThere || !isGlob(path) ? [resolve(root, path)] : await globFiles(root, path)
  const files = await Promise.all(paths.map(filesAt))
  return files.flat()
}

/** The file, or the files of the folder; a folder's own folders are for patterns. */
async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null)
  if (found?.isFile() === true) return kSchemaFile.test(path) ? [path] : []
  if (found?.isDirectory() !== true) return []
  const names = (await readdir(path)).filter(name => kSchemaFile.test(name)).sort()
  const files = await Promise.all(
    names.map(async name => ((await stat(join(path, name))).isFile() ? [join(path, name)] : [])),
  )
  return files.flat()
}

interface Parts {
  host: string
  port?: number | undefined
  user?: string | undefined
  password?: string | undefined
  database: string
  ssl?: unknown
}

function urlOf({ host, port: number, user, password, database, ssl }: Parts): string {
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`
  const who = user === undefined ? '' : `${encodeURIComponent(user)}${secret}@`
  const where = number === undefined ? host : `${host}:${number}`
  const mode = typeof ssl === 'string' ? ssl : ssl === undefined || ssl === false ? '' : 'require'
  const query = mode === '' ? '' : `?sslmode=${encodeURIComponent(mode)}`
  return `postgresql://${who}${where}/${encodeURIComponent(database)}${query}`
}
