/** What `ballast.config.json` may say. The build makes `config.schema.json` of it, for editors. */
import * as z from 'zod'

import { defaults } from './config-defaults.js'

const path = (what: string): z.ZodString =>
  z.string(`must be ${what}, as a text`).min(1, `must be ${what}, and is empty`)

const variable = z
  .string('must be the name of an environment variable, as a text')
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')

const duration = z
  .string('must be a time such as "3s", as a text')
  .regex(/^[0-9]+ ?(ms|s|min|h|d)?$/, 'must be a time such as "500ms", "3s" or "2min"')

const named = (what: string): z.ZodString => z.string(`must be the name of ${what}`).min(1)

const drizzleTable = z
  .strictObject({
    schema: named('a schema').default(defaults.drizzle.schema),
    table: named('a table').default(defaults.drizzle.table),
  })
  .describe("Drizzle's own table of migrations, which is kept in step.")

const file = path('the path of a file, of a folder, or a pattern')

const wantedSchema = z
  .union(
    [file, z.array(file).min(1, 'must name at least one file'), z.strictObject({ url: variable })],
    { error: 'must be a path, an array of paths, or { "url": "NAME_OF_A_VARIABLE" }' },
  )
  .describe(
    'What the schema shall be: SQL, a folder of SQL, a Drizzle schema, or a database that has it.',
  )

const neonProject = z
  .strictObject({
    project: named("a project of Neon's").optional(),
    host: z
      .url({ protocol: /^https?$/, error: "must be the URL of Neon's API" })
      .describe('Another API than that of Neon, such as the one of `ballast dev --api`.')
      .optional(),
  })
  .describe("The project whose branches `ballast branch` manages. Its key is NEON_API_KEY's.")

/** The file, key by key. Paths in it are relative to its folder. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  migrations: path('the path of the folder with the migrations')
    .describe('The folder with the migrations; drizzle/ if there is one, else migrations/.')
    .optional(),
  schema: wantedSchema.optional(),
  postgres: z
    .int('must be a major version of PostgreSQL, as a number')
    .min(14, 'must be at least 14')
    .max(18, 'must be at most 18')
    .describe('The major version of the servers, which decides what migrations may say.')
    .default(defaults.postgres),
  online: z
    .boolean('must be true or false')
    .describe('Whether migrations prefer the forms that let others work meanwhile.')
    .default(defaults.online),
  large: z
    .array(named('a table, such as "public.events"'), { error: 'must be an array of tables' })
    .describe('Tables too large to be written anew in one go: types change in stages there.')
    .default([...defaults.large]),
  prefix: z
    .enum(['index', 'timestamp', 'unix'], { error: 'must be "index", "timestamp" or "unix"' })
    .describe('What the names of new migrations begin with.')
    .default(defaults.prefix),
  bundle: path('the path of the file that `ballast bundle` writes')
    .regex(/\.m?js$/, 'must end in .js or .mjs')
    .describe('What `ballast bundle` writes, beside its declarations.')
    .default(defaults.bundle),
  url: z
    .union([variable, z.array(variable).min(1)], {
      error: 'must be the name of an environment variable, or an array of names',
    })
    .describe('Environment variables; the first that is set has the URL. Never the URL itself.')
    .default([...defaults.url]),
  endpoint: z
    .string("must be a Worker's migration endpoint as a URL, or null")
    .nullable()
    .describe("The Worker's migration endpoint: what --via is unless given.")
    .default(defaults.endpoint),
  environment: named('an environment, or null')
    .nullable()
    .describe("The environment's name, which must be the one that the database was given.")
    .default(defaults.environment),
  order: z
    .enum(['non-linear', 'linear'], { error: 'must be "non-linear" or "linear"' })
    .describe('Whether a migration may be applied after one that comes later in the folder.')
    .default(defaults.order),
  drizzle: z
    .union([z.literal(false), drizzleTable], {
      error: 'must be false, or { "schema": "drizzle", "table": "__drizzle_migrations" }',
    })
    .default(defaults.drizzle),
  lockTimeout: duration
    .describe('How long a statement waits for a lock.')
    .default(defaults.lockTimeout),
  statementTimeout: duration
    .describe('How long a statement may take.')
    .default(defaults.statementTimeout),
  searchPath: z
    .array(named('a schema'), 'must be an array of names of schemas')
    .describe('The schemas whose names queries leave out, as search_path has them.')
    .default([...defaults.searchPath]),
  queries: z
    .union([file, z.array(file).min(1, 'must name at least one file')], {
      error: 'must be a pattern of files, or an array of them',
    })
    .describe('Where `ballast check` looks for queries, unless tsconfig.json says it.')
    .optional(),
  recorded: z
    .array(file, 'must be an array of files')
    .describe('Files of queries that were recorded, such as by `ballast dev --record`.')
    .default([...defaults.recorded]),
  neon: neonProject.nullable().default(defaults.neon),
})

/** The file with its defaults. */
export type ConfigFile = z.output<typeof configSchema>

/** The same as JSON Schema. */
export function jsonSchema(): object {
  const title = 'Configuration of ballast'
  return { ...z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' }), title }
}
