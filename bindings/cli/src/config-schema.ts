/** What `ballast.config.json` may say. The build makes `config.schema.json` of it, for editors. */
import * as z from 'zod'

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
    schema: named('a schema').default('drizzle'),
    table: named('a table').default('__drizzle_migrations'),
  })
  .describe("Drizzle's own table of migrations, which is kept in step.")

/** The file, key by key. Paths in it are relative to its folder. */
export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  migrations: path('the path of the folder with the migrations')
    .describe('The folder with the migrations; drizzle/ if there is one, else migrations/.')
    .optional(),
  bundle: path('the path of the file that `ballast bundle` writes')
    .regex(/\.m?js$/, 'must end in .js or .mjs')
    .describe('What `ballast bundle` writes, beside its declarations.')
    .default('ballast/bundle.js'),
  url: z
    .union([variable, z.array(variable).min(1)], {
      error: 'must be the name of an environment variable, or an array of names',
    })
    .describe('Environment variables; the first that is set has the URL. Never the URL itself.')
    .default(['MIGRATE_DATABASE_URL', 'DATABASE_URL']),
  endpoint: z
    .string("must be a Worker's migration endpoint as a URL, or null")
    .nullable()
    .describe("The Worker's migration endpoint: what --via is unless given.")
    .default(null),
  environment: named('an environment, or null')
    .nullable()
    .describe("The environment's name, which must be the one that the database was given.")
    .default(null),
  order: z
    .enum(['non-linear', 'linear'], { error: 'must be "non-linear" or "linear"' })
    .describe('Whether a migration may be applied after one that comes later in the folder.')
    .default('non-linear'),
  drizzle: z
    .union([z.literal(false), drizzleTable], {
      error: 'must be false, or { "schema": "drizzle", "table": "__drizzle_migrations" }',
    })
    .default({ schema: 'drizzle', table: '__drizzle_migrations' }),
  lockTimeout: duration.describe('How long a statement waits for a lock.').default('3s'),
  statementTimeout: duration.describe('How long a statement may take.').default('30s'),
})

/** The file with its defaults. */
export type ConfigFile = z.output<typeof configSchema>

/** The same as JSON Schema. */
export function jsonSchema(): object {
  const title = 'Configuration of ballast'
  return { ...z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' }), title }
}
