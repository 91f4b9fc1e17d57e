/** `ballast baseline`. */
import { runCommand, type Context } from './command.js'
import { confirm, isInteractive } from './confirm.js'
import { connect, type Connection, type ConnectFlags } from './connect.js'
import { drive } from './drive.js'
import { Question, failure } from './failure.js'
import { reporting } from './problem.js'
import { count, teller } from './wording.js'

/** The flags of `ballast baseline`, as commander names them. */
export interface BaselineFlags extends ConnectFlags {
  to?: string
  yes?: boolean
}

/** Marks migrations as applied without running them. */
export async function baselineCommand(flags: BaselineFlags): Promise<number> {
  return runCommand(flags, async context => {
    // An endpoint has no such action: it would let a token's holder make a database lie.
    const direct = { ...context, config: { ...context.config, endpoint: null } }
    const connection = await connect(flags, direct)
    const { runner, bundled } = connection
    const command = 'ballast baseline'
    const at = { config: context.config, bundle: bundled.bundle, runner, command }
    return reporting(at, () => baseline(flags, context, connection))
  })
}

async function baseline(
  flags: BaselineFlags,
  context: Context,
  { runner, bundled, common }: Connection,
): Promise<number> {
  const { screen, signal } = context
  const { to } = flags
  if (to !== undefined && !bundled.migrations.some(({ tag }) => tag === to)) {
    throw failure(`the folder has no migration ${to}`, '`ballast status` lists the tags.', 'BM016')
  }
  const status = await runner.perform({ action: 'status', ...common }, () => {})
  const tags = wanted(bundled.migrations.map(({ tag }) => tag), to).filter(tag =>
    status.pending.includes(tag),
  )
  if (tags.length > 0 && flags.yes !== true) await agree(tags, context)
  const limit = to === undefined ? {} : { to }
  const action = { action: 'baseline', ...common, ...limit } as const
  const summary = await drive(runner, action, teller(screen), signal)
  screen.event({ event: 'done', ...summary })
  const { baselined } = summary
  screen.say(
    baselined.length === 0
      ? 'Nothing to do: there is nothing pending to mark.'
      : `Marked ${count(baselined.length, 'migration')} as applied: ${baselined.join(', ')}`,
  )
  return 0
}

function wanted(tags: readonly string[], to: string | undefined): readonly string[] {
  return to === undefined ? tags : tags.slice(0, tags.indexOf(to) + 1)
}

async function agree(tags: readonly string[], { screen }: Context): Promise<void> {
  const question =
    `${count(tags.length, 'migration')} would be marked as applied without being run: ` +
    `${tags.join(', ')}.\nThat is right where the database has all that they make.`
  if (screen.json || !isInteractive()) throw new Question(question, '--yes', { tags })
  screen.note(question)
  screen.done()
  if (!(await confirm('Mark them?'))) throw failure('nothing was marked')
}
