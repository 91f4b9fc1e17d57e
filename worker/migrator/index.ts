/** The migrations alone, as a Worker of their own: see "Apart" in the README of the example. */
import type { MigrateEnv } from '../src/env.ts'
import { migrate } from '../src/migrate.ts'

export default { fetch: migrate } satisfies ExportedHandler<MigrateEnv>
