/**
 * Applies the migrations of a bundle over HTTP: from a Worker, from Node, from wherever there is
 * `fetch`. `ballast bundle` writes the bundle.
 *
 * @example
 * import { migrationEndpoint } from 'ballast/migrate'
 * import { bundle } from './ballast/bundle.js'
 *
 * const migrate = migrationEndpoint<Env>(bundle, {
 *   url: env => env.MIGRATE_DATABASE_URL,
 *   environment: env => env.ENVIRONMENT,
 *   tokens: { apply: env => env.MIGRATE_TOKEN },
 * })
 *
 * export default { fetch: migrate } satisfies ExportedHandler<Env>
 *
 * @module
 */
import module from '#migrate-wasm'
import { Instance } from '../instance.ts'
import { drive } from './drive.ts'
import { endpointOver } from './endpoint.ts'
import type { EndpointSettings, MigrationHandler } from './settings.ts'
import type { Action, Bundle, MigrateOptions, ResultOf } from './types.ts'

let current: Instance | undefined

/** The instance that runs share. One in which a check has failed is left behind. */
function runner(): Instance {
  if (current === undefined || current.isSpent) {
    current = new Instance(module, 'ballast-migrate.wasm')
  }
  return current
}

// Where the module is loaded is where instantiating is allowed and nobody waits for a reply.
runner()

/**
 * Does what `options.action` says, with the migrations of the bundle. Rejects with a
 * `MigrationError`.
 *
 * @example
 * const { applied } = await run(bundle, { url: env.MIGRATE_DATABASE_URL, action: 'apply' })
 * // ['0000_users', '0001_documents']
 */
export function run<A extends Action>(
  bundle: Bundle, options: MigrateOptions<A>,
): Promise<ResultOf<A>> {
  return drive(runner(), bundle, options)
}

/**
 * Migrations as a route of a Worker: `GET` tells how things stand, `POST` plans, applies, undoes.
 *
 * @example
 * const migrate = migrationEndpoint<Env>(bundle, { url, environment, tokens })
 * app.all('/ballast/migrate', c => migrate(c.req.raw, c.env, c.executionCtx))
 */
export function migrationEndpoint<Env>(
  bundle: Bundle, settings: EndpointSettings<Env>,
): MigrationHandler<Env> {
  return endpointOver(run, bundle, settings)
}

export { MigrationError } from './error.ts'
export type {
  EndpointContext, EndpointSettings, FromEnv, MigrationHandler, RateLimit,
} from './settings.ts'
export type {
  Action, AppliedMigration, Bundle, Head, MigrateEvent, MigrateOptions, Migration, Plan,
  PlannedRequest, Problem, Rename, ResultOf, RunningStep, Segment, Status, Summary,
} from './types.ts'
