import { migrationEndpoint } from 'ballast/migrate'
import { bundle } from './ballast/bundle.js'
import type { MigrateEnv } from './env.ts'

/**
 * The migrations in `drizzle/`, applied from here: GET tells how things stand, POST plans and
 * applies. A token that is not set lets nobody in, and without one for undo there is no undo.
 */
export const migrate = migrationEndpoint<MigrateEnv>(bundle, {
  url: env => env.MIGRATE_DATABASE_URL,
  environment: env => env.ENVIRONMENT,
  tokens: {
    status: env => env.MIGRATE_STATUS_TOKEN,
    apply: env => env.MIGRATE_TOKEN,
    undo: env => env.MIGRATE_UNDO_TOKEN,
  },
  rateLimit: env => env.MIGRATE_LIMIT,
  version: env => env.VERSION?.tag || env.VERSION?.id,
})
