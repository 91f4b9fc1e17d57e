/** `ballast rollback`. */
import type { Status } from 'ballast/migrate'

import { runCommand, type Context } from '../command.js'
import { choose, isInteractive } from '../confirm.js'
import { connect, type Connection } from '../connect.js'
import { drive } from '../drive.js'
import { Failure, Question, failure } from '../failure.js'
import { reporting } from '../problem.js'
import { printable } from '../source.js'
import { databaseUrl } from '../variables.js'
import { teller } from '../wording.js'
import type { NeonApi } from './api.js'
import { named, openApi, type Branch } from './branch.js'
import { agree } from './commands.js'
import { hasKey, type BranchFlags } from './settings.js'
import { failingQueries } from '../queries/version.js'
import { versionWay } from './versions.js'
import { goalOf, restoreWay, undoWay, type Goal, type RestoreWay, type Way } from './ways.js'

/** The flags of `ballast rollback`, as commander names them. */
export interface RollbackFlags extends BranchFlags {
  to?: string
  way?: string
  branch?: string
  preserve?: string
  versions?: string[]
  environment?: string
  urlEnv?: string
  yes?: boolean
}

/** What it takes to go a way. */
interface Scene {
  context: Context
  connection: Connection
  flags: RollbackFlags
  goal: Goal
  api: NeonApi | null
}

/** Says which ways back there are, and goes the one that is chosen. */
export async function rollbackCommand(flags: RollbackFlags): Promise<number> {
  return runCommand(flags, async context => {
    const connection = await connect(flags, context)
    const { runner, bundled } = connection
    const { config } = context
    const at = { config, bundle: bundled.bundle, runner, command: 'ballast rollback' }
    return reporting(at, () => rollback(flags, context, connection))
  })
}

async function rollback(
  flags: RollbackFlags,
  context: Context,
  connection: Connection,
): Promise<number> {
  const { config, variables, screen } = context
  const { runner, bundled, common } = connection
  const status: Status = await runner.perform({ action: 'status', ...common }, () => {})
  const goal = goalOf(status, flags.to)
  if (goal === null) {
    const why = flags.to === undefined ? 'no migration is applied' : `${flags.to} is not applied`
    throw failure(`there is nothing to go back to: ${why}`)
  }
  if (goal.gone.length === 0) {
    screen.event({ event: 'done', ways: [] })
    screen.say(`Nothing to roll back: no migration after ${flags.to} is applied.`)
    return 0
  }
  const url = databaseUrl(config, variables, flags.urlEnv, screen.secrets)
  const api = hasKey(context) ? await openApi(context, flags) : null
  const restore = await restoreWay(api, { url, branch: flags.branch }, goal)
  const ways: Way[] = [
    await undoWay(context, runner, bundled, goal),
    restore,
    await versionWay(
      context,
      flags.versions ?? [],
      status.applied.map(({ tag }) => tag),
      failingQueries,
    ),
  ]
  for (const line of ways.flatMap(linesOf)) screen.note(line)
  const way = await chosen(ways, flags, context)
  if (way.hindrance !== null) throw failure(`this way is closed: ${way.hindrance}`)
  const scene = { context, connection, flags, goal, api }
  if (way.way === 'undo') return undo(scene, way)
  if (way.way === 'restore') return restoreBranch(scene, restore)
  screen.event({ event: 'done', way: 'version' })
  screen.say('The database stays as it is: deploy that version.')
  return 0
}

/** A way for people: what it is, what it loses, what stands in its way. */
function linesOf({ way, title, loses, notes, hindrance }: Way): string[] {
  const what = loses.length === 0 ? ['Nothing is lost.'] : loses
  const body = hindrance === null ? [...what, ...notes] : [`Closed: ${hindrance}.`, ...notes]
  const head = `${way.padEnd(8)} ${printable(title)}.`
  return [head, ...body.map(line => `         ${printable(line)}`)]
}

/** The way that the flag names, or a person picks; else the question, with all that was found. */
async function chosen(
  ways: readonly Way[],
  { way }: RollbackFlags,
  context: Context,
): Promise<Way> {
  const { screen } = context
  if (way !== undefined) {
    const found = ways.find(each => each.way === way)
    if (found === undefined) throw failure('--way is undo, restore or version')
    return found
  }
  const open = ways.filter(({ hindrance }) => hindrance === null)
  if (open.length === 0) throw new Failure('there is no way back', { ways })
  if (screen.json || !isInteractive()) {
    const flag = `--way ${open.map(each => each.way).join('|')}`
    throw new Question('Which way back?', flag, { ways })
  }
  screen.done()
  const picked = open[await choose('Which way back?', open.map(({ title }) => title))]
  if (picked === undefined) throw failure('nothing was chosen, and nothing was done')
  return picked
}

async function undo({ context, connection, flags, goal }: Scene, way: Way): Promise<number> {
  const { screen, signal } = context
  const { runner, common } = connection
  const isLossy = way.loses.length > 0
  if (isLossy) await agree(context, flags, `This loses data:\n${indented(way.loses)}`)
  const allowed = isLossy ? { allowDataLoss: true } : {}
  const action = { action: 'undo', to: goal.to ?? '', ...common, ...allowed } as const
  const summary = await drive(runner, action, teller(screen, 'undoing'), signal)
  screen.event({ event: 'done', way: 'undo', ...summary })
  screen.say(`Undid ${summary.undone.join(', ')}.`)
  return 0
}

async function restoreBranch(scene: Scene, way: RestoreWay): Promise<number> {
  const { context, flags, api } = scene
  const { branch, lsn } = way
  if (api === null || branch === null || lsn === null) throw failure('this way is closed')
  await agree(context, flags, `This loses data:\n${indented(way.loses)}`)
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const preserve = flags.preserve ?? `${branch.name}-before-${stamp}`
  const ask = { do: 'restore', branch: branch.id, at: lsn, preserve }
  const restored = await api.perform<{ branch: Branch }>(ask)
  const { gone } = way
  context.screen.event({ event: 'done', way: 'restore', ...restored, preserve, pending: gone })
  context.screen.say(
    `Restored ${named(branch)} to what it was before ${gone[0]}. What it was is kept as ` +
      `${preserve}. Pending again: ${gone.join(', ')}.`,
  )
  return 0
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `  ${line}`).join('\n')
}
