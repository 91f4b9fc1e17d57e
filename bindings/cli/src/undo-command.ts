/** `ballast undo`. */
import { join } from 'node:path'

import type { Plan } from 'ballast/migrate'

import { runCommand, type Context } from './command.js'
import { migrationsOf } from './config.js'
import { confirm, isInteractive } from './confirm.js'
import { connect, type Connection, type ConnectFlags } from './connect.js'
import { drive } from './drive.js'
import { Question, failure } from './failure.js'
import { namer, planText, tagsOf } from './plan-text.js'
import { reporting } from './problem.js'
import { shortPath } from './source.js'
import { count, teller, time } from './wording.js'

/** The flags of `ballast undo`, as commander names them. */
export interface UndoFlags extends ConnectFlags {
  to: string
  allowDataLoss?: boolean
  dryRun?: boolean
}

/** Undoes all that was applied after a migration. */
export async function undoCommand(flags: UndoFlags): Promise<number> {
  return runCommand(flags, async context => {
    const connection = await connect(flags, context)
    const { runner, bundled } = connection
    const at = { config: context.config, bundle: bundled.bundle, runner, command: 'ballast undo' }
    return reporting(at, () => undo(flags, context, connection))
  })
}

async function undo(
  flags: UndoFlags,
  context: Context,
  { runner, bundled, common }: Connection,
): Promise<number> {
  const { screen, signal, config } = context
  const { to } = flags
  const planned = { action: 'plan', undo: true, to, ...common } as const
  const plan = await runner.perform(planned, event => screen.event(event))
  const tags = tagsOf(plan)
  if (tags.length === 0) {
    screen.event({ event: 'done', ...plan })
    screen.say(`Nothing to undo: no migration after ${to} is applied.`)
    return 0
  }
  if (flags.dryRun === true) {
    const folder = migrationsOf(config)
    const downs = bundled.bundle.migrations.flatMap(({ tag, down }) =>
      down === null ? [] : [{ tag, file: down.file }],
    )
    screen.event({ event: 'done', ...plan })
    screen.say(planText(plan, namer(downs, file => shortPath(join(folder, file)))))
    for (const text of plan.loses) screen.note(`It ${text}.`)
    screen.note('\nThis is what would run. Nothing was undone.')
    return 0
  }
  screen.note(`${count(tags.length, 'migration')} to undo: ${tags.join(', ')}.`)
  const isAllowed = flags.allowDataLoss === true || plan.loses.length === 0
  if (!isAllowed) await agree(plan, tags, context)
  const started = performance.now()
  const allowed = plan.loses.length === 0 ? {} : { allowDataLoss: true }
  const action = { action: 'undo', to, ...common, ...allowed } as const
  const summary = await drive(runner, action, teller(screen, 'undoing'), signal)
  screen.event({ event: 'done', ...summary })
  const { undone } = summary
  const ms = performance.now() - started
  screen.say(`Undid ${count(undone.length, 'migration')} in ${time(ms)}: ${undone.join(', ')}`)
  return 0
}

/** Has a person agree to the loss, or ends with the question. */
async function agree(plan: Plan, tags: readonly string[], { screen }: Context): Promise<void> {
  const { loses } = plan
  const list = loses.map(text => `  ${text}`).join('\n')
  const question = `Undoing ${tags.join(', ')} loses data:\n${list}`
  if (screen.json || !isInteractive()) {
    throw new Question(question, '--allow-data-loss', { code: 'BM010', tags, loses })
  }
  screen.note(question)
  screen.done()
  if (!(await confirm('Undo and lose it?'))) throw failure('nothing was undone')
}
