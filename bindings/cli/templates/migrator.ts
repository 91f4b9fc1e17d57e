// The migrations alone, as a Worker of their own: it serves no users, and only it has the role that
// may change tables.
import { migrationEndpoint } from 'ballast/migrate'
import { bundle } from 'BUNDLE'

interface Env {
  MIGRATE_DATABASE_URL?: string
  MIGRATE_TOKEN?: string
  ENVIRONMENT?: string
}

const migrate = migrationEndpoint<Env>(bundle, {
  url: env => env.MIGRATE_DATABASE_URL,
  environment: env => env.ENVIRONMENT,
  tokens: { apply: env => env.MIGRATE_TOKEN },
})

export default { fetch: migrate } satisfies ExportedHandler<Env>
