/** What holds where `ballast.config.json` says nothing, or is not there. */

export const defaults = {
  postgres: 17,
  online: true,
  large: [],
  prefix: 'index',
  bundle: 'ballast/bundle.js',
  url: ['MIGRATE_DATABASE_URL', 'DATABASE_URL'],
  endpoint: null,
  environment: null,
  order: 'non-linear',
  drizzle: { schema: 'drizzle', table: '__drizzle_migrations' },
  lockTimeout: '3s',
  statementTimeout: '30s',
  searchPath: ['public'],
  recorded: ['.ballast/queries.jsonl'],
  neon: null,
} as const
