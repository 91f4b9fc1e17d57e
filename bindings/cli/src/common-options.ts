/** Options that most commands take. */

export const json = ['--json', 'print one JSON object a line'] as const
export const config = ['--config <file>', 'the configuration, ours or that of drizzle-kit'] as const
export const envFile = [
  '--env-file <file>',
  'read variables here, not in .dev.vars and .env',
] as const
export const urlEnv = ['--url-env <name>', "the variable that has the database's URL"] as const
