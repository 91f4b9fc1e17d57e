/** The database of a command about schemas: which one it is, and its schema. */
import type { CommonFlags, Context } from '../command.js'
import { databaseUrl } from '../variables.js'
import { liveModel } from './live.js'
import type { Model } from './planner.js'

/** Flags that say which database is meant. */
export interface DatabaseFlags extends CommonFlags {
  urlEnv?: string
}

/** The URL that the environment has. */
export function urlOf({ config, variables, screen }: Context, { urlEnv }: DatabaseFlags): string {
  return databaseUrl(config, variables, urlEnv, screen.secrets)
}

/** Says which objects a model does not have, since nothing is known of them. */
export function sayUnmodelled({ screen }: Context, { unmodelled }: Model): void {
  if (unmodelled.length === 0) return
  screen.event({ event: 'unmodelled', objects: unmodelled })
  const lines = unmodelled.map(({ kind, name, why }) => `  ${kind} ${name}${why ? `: ${why}` : ''}`)
  screen.note(`Not compared:\n${lines.join('\n')}`)
}

/** The schema of the database that the flags name. */
export async function databaseModel(
  context: Context,
  flags: DatabaseFlags,
): Promise<{ url: string; model: Model }> {
  const url = urlOf(context, flags)
  return { url, model: await liveModel(context, url) }
}
