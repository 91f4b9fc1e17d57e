/** `ballast migrate`. */
import { join } from 'node:path'

import type { Summary } from 'ballast/migrate'

import { runCommand, type Context } from './command.js'
import { migrationsOf } from './config.js'
import { connect, type Connection, type ConnectFlags } from './connect.js'
import { drive } from './drive.js'
import { namer, planSummary, planText } from './plan-text.js'
import { reporting } from './problem.js'
import { shortPath } from './source.js'
import { count, teller, time } from './wording.js'

/** The flags of `ballast migrate`, as commander names them. */
export interface MigrateFlags extends ConnectFlags {
  dryRun?: boolean
  allowMissing?: boolean
}

/** Applies what is pending, or shows it. */
export async function migrateCommand(flags: MigrateFlags): Promise<number> {
  return runCommand(flags, async context => {
    const connection = await connect(flags, context)
    const { config, screen } = context
    const { runner, bundled } = connection
    for (const warning of bundled.warnings) screen.warn(warning)
    const at = { config, bundle: bundled.bundle, runner, command: 'ballast migrate' }
    return reporting(at, () =>
      flags.dryRun === true ? show(flags, context, connection) : apply(flags, context, connection),
    )
  })
}

function extra({ allowMissing }: MigrateFlags): { allowMissing?: true } {
  return allowMissing === true ? { allowMissing } : {}
}

async function show(
  flags: MigrateFlags,
  { config, screen }: Context,
  { runner, bundled, common }: Connection,
): Promise<number> {
  const action = { action: 'plan', ...common, ...extra(flags) } as const
  const plan = await runner.perform(action, event => screen.event(event))
  screen.event({ event: 'done', ...plan })
  if (plan.requests.length === 0) {
    screen.say(nothing(bundled.migrations.length))
    return 0
  }
  const folder = migrationsOf(config)
  const nameOf = namer(bundled.migrations, file => shortPath(join(folder, file)))
  screen.say(planText(plan, nameOf))
  screen.note(`\nThis is what would run: ${planSummary(plan)}. Nothing was applied.`)
  return 0
}

async function apply(
  flags: MigrateFlags,
  { screen, signal }: Context,
  { runner, bundled, common }: Connection,
): Promise<number> {
  const started = performance.now()
  const action = { action: 'apply', ...common, ...extra(flags) } as const
  const summary = await drive(runner, action, teller(screen), signal)
  screen.event({ event: 'done', ...summary })
  const text = summaryText(summary, bundled.migrations.length, performance.now() - started)
  screen.say(text.join('\n'))
  // What stays pending without anything being wrong would go unnoticed.
  return summary.pending.length > 0 ? 1 : 0
}

function summaryText(summary: Summary, total: number, ms: number): string[] {
  const { applied, others, adopted, baselined, renamed, pending } = summary
  const isQuiet = [applied, others, adopted, baselined, renamed, pending].every(
    each => each.length === 0,
  )
  if (isQuiet) return [nothing(total)]
  const names = (verb: string, tags: readonly string[], rest = ''): string[] => {
    const what = `${verb} ${count(tags.length, 'migration')}${rest}`
    return tags.length === 0 ? [] : [`${what}: ${tags.join(', ')}`]
  }
  return [
    ...names('Took over', adopted, ' that Drizzle had applied'),
    ...names('Marked', baselined, ' as applied'),
    ...renamed.map(({ from, to }) => `Renamed in the journal: ${from} to ${to}`),
    ...others.map(tag => `${tag}: applied by another run`),
    ...names('Applied', applied, ` in ${time(ms)}`),
    ...names('Still pending,', pending),
  ]
}

function nothing(total: number): string {
  if (total === 0) return 'Nothing to do: the folder has no migrations.'
  return `Nothing to do: ${count(total, 'migration')} ${total === 1 ? 'is' : 'are'} applied.`
}
