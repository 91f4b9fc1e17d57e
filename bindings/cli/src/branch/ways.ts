/** The ways back from the present state of a database, and what each of them loses. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { AppliedMigration, Status } from 'ballast/migrate'

import type { Context } from '../command.js'
import { migrationsOf } from '../config.js'
import { ProblemError, type Runner } from '../runner.js'
import type { Bundled } from '../tools.js'
import { count, time } from '../wording.js'
import type { NeonApi } from './api.js'
import { readBefore } from './before.js'
import { named, type Branch } from './branch.js'

/** One way back. What stands in its way is a sentence; null where nothing does. */
export interface Way {
  way: 'undo' | 'restore' | 'version'
  title: string
  /** What it would lose, in sentences; none where it loses nothing. */
  loses: readonly string[]
  notes: readonly string[]
  hindrance: string | null
}

/** A restore that can be carried out. */
export interface RestoreWay extends Way {
  way: 'restore'
  branch: Branch | null
  /** The position in the log before the first migration that goes. */
  lsn: string | null
  /** What is pending afterwards. */
  gone: readonly string[]
}

/** Where a way back leads to. */
export interface Goal {
  /** The last migration that stays; null where none does. */
  to: string | null
  /** Those that go, in the order in which they were applied. */
  gone: readonly AppliedMigration[]
}

/** The migrations that go when `to`, or else all but the last one, stay. */
export function goalOf(status: Status, to: string | undefined): Goal | null {
  const { applied } = status
  if (applied.length === 0) return null
  const at = to === undefined ? applied.length - 2 : applied.findIndex(({ tag }) => tag === to)
  if (to !== undefined && at < 0) return null
  return { to: applied[at]?.tag ?? null, gone: applied.slice(at + 1) }
}

/** The down migrations. */
export async function undoWay(
  { config }: Context,
  runner: Runner,
  bundled: Bundled,
  { to, gone }: Goal,
): Promise<Way> {
  const whose = gone.length === 1 ? 'its down migration' : 'their down migrations'
  const title = `Undo ${gone.map(({ tag }) => tag).join(', ')} by ${whose}`
  const way = { way: 'undo' as const, title, loses: [], notes: [], hindrance: null }
  if (to === null) return { ...way, hindrance: 'the first migration of all cannot be undone' }
  const downs = bundled.bundle.migrations
  const notes = await Promise.all(
    gone.map(async ({ tag }) => {
      const file = downs.find(migration => migration.tag === tag)?.down?.file
      return `${tag}: ${file === undefined ? 'no down in the folder' : await gradeOf(config, file)}`
    }),
  )
  try {
    const plan = await runner.perform({ action: 'plan', undo: true, to }, () => {})
    const loses = plan.loses.map(text => `It ${text}.`)
    return { ...way, loses, notes: ['What was written since stays.', ...notes] }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { ...way, notes, hindrance: error.message }
  }
}

/** What `ballast generate` has written on top of a down. */
async function gradeOf(config: Context['config'], file: string): Promise<string> {
  const text = await readFile(join(migrationsOf(config), file), 'utf8').catch(() => '')
  return /^-- Grade (.*?)\.?$/m.exec(text)?.[1] ?? 'written by hand, and not graded'
}

/** The branch as it was before the first migration that goes. */
export async function restoreWay(
  api: NeonApi | null,
  { url, branch: wanted }: { url: string; branch: string | undefined },
  { gone }: Goal,
): Promise<RestoreWay> {
  const [first] = gone
  const base = {
    way: 'restore' as const,
    title: `Restore the branch to what it was before ${first?.tag}`,
    loses: [],
    notes: [],
    branch: null,
    lsn: null,
    gone: [],
  }
  if (api === null) return { ...base, hindrance: "there is no key for Neon's API: NEON_API_KEY" }
  const before = await readBefore(url, first?.tag ?? '')
  if (before === null) {
    return { ...base, hindrance: 'the journal has no position in the log from before it' }
  }
  const { branch } =
    wanted === undefined
      ? await api.perform<{ branch: Branch | null }>({ do: 'locate', ...placeOf(url) })
      : await api.perform<{ branch: Branch | null }>({ do: 'get', branch: wanted })
  if (branch === null) {
    return { ...base, hindrance: 'no branch of the project has this URL; name it with --branch' }
  }
  const project = await api.perform<{ historySeconds: number }>({ do: 'project' })
  const reach = `the history goes back ${span(project.historySeconds)}`
  const isInside = before.ageMs <= project.historySeconds * 1000
  const more = before.together.join(', ')
  return {
    ...base,
    title: `Restore ${named(branch)} to ${before.lsn}, before ${before.together[0] ?? first?.tag}`,
    loses: [`Everything that was written to it since ${before.at}, ${time(before.ageMs)} ago.`],
    notes: [
      ...(more === '' ? [] : [`${more} went in the same transaction as it, and goes too.`]),
      'What it is now stays as a branch of its own, and connections are cut.',
      `Such a state is kept for a while: ${reach}.`,
    ],
    branch,
    lsn: before.lsn,
    gone: [...before.together, ...gone.map(({ tag }) => tag)],
    hindrance: isInside ? null : `that is out of reach: ${reach}`,
  }
}

/** `24 hours`, `7 days` */
function span(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  return hours > 48 ? count(Math.floor(hours / 24), 'day') : count(hours, 'hour')
}

/** What tells a branch's computes from others: the name of one, or the host. */
function placeOf(url: string): { endpoint?: string; host?: string } {
  const { hostname, searchParams } = new URL(url)
  const options = searchParams.get('options') ?? ''
  const endpoint = /(?:^|\s)endpoint=(\S+)/.exec(options)?.[1]
  if (endpoint !== undefined) return { endpoint }
  // The pooler is another way to the same compute.
  const [label = '', ...rest] = hostname.split('.')
  return { host: [label.replace(/-pooler$/, ''), ...rest].join('.') }
}
