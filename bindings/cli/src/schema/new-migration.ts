/** A new migration: planned both ways, proved, named, and written beside its snapshots. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import type { Context } from '../command.js'
import { Failure } from '../failure.js'
import { shortPath } from '../source.js'
import { bundleFiles, type Bundled } from '../tools.js'
import type { Settled } from './answers.js'
import type { DesiredModel } from './desired.js'
import type { FolderState } from './folder-model.js'
import * as files from './migration-files.js'
import type { FolderFormat } from './migration-files.js'
import { linesOf, withLines } from './objects.js'
import type { Plan, PlanSettings } from './plan.js'
import type { Model } from './planner.js'
import { joined, planBack, proveBoth, type Ways } from './proof.js'
import { gradeWords, losses } from './review.js'
import { snapshotName, snapshotText } from './snapshot.js'

const kBreakpoint = '--> statement-breakpoint\n'

/** A migration with all that is known of it. */
export interface Made {
  up: string
  down: string | null
  plan: Plan
  back: Plan | null
  /** The schema after it. */
  after: Model
}

/** A folder goes on as it is; a new one is what the project's other tool would make. */
export function formatOf(
  { files: found, bundled }: FolderState,
  desired: Pick<DesiredModel, 'naming'> | null,
): FolderFormat {
  if (bundled.migrations.length > 0) return bundled.format as FolderFormat
  if (found.some(({ path }) => path === 'meta/_journal.json')) return 'v7'
  if (desired === null || desired.naming === null) return 'plain'
  return desired.naming === '1.0' ? 'v9' : 'v7'
}

export function separatorOf({ config }: Context, format: FolderFormat): string {
  const hasBreakpoints = format !== 'plain' && config.drizzleConfig?.breakpoints !== false
  return hasBreakpoints ? kBreakpoint : '\n'
}

/** Two schemas as they can be compared, and the texts that make just the second one, if any do. */
export type Wanted = Pick<Ways, 'from' | 'to' | 'texts'>

/** Plans both ways, and sees where they lead. */
export async function make(
  context: Context,
  state: FolderState,
  { from, to, texts }: Wanted,
  { rounds, plan: rest }: Settled,
  settings: PlanSettings,
): Promise<Made> {
  const separator = settings.separator ?? '\n'
  const plan = joined([...rounds.map(round => round.plan), rest], separator)
  const way = await wayBack(from, to, rounds, settings)
  const planned = way instanceof Failure ? null : way
  const ways = { from, to, plan, back: planned, texts }
  const { outcome, left, astray: why } = await proveBoth(context, ways)
  if (left !== '') throw astray('the migration does not lead to what is wanted', left)
  const none = way instanceof Failure ? way.message : why
  if (none !== null) {
    const message = `there is no down migration, since none leads back: ${none}`
    context.screen.warn({ code: null, message })
  }
  const back = none === null ? planned : null
  return {
    up: plan.script,
    down: back === null ? null : downText(back),
    plan,
    back,
    after: withoutStandIns(outcome, from, state.model),
  }
}

export function astray(what: string, left: string): Failure {
  return new Failure([
    {
      code: null,
      message: `${what}: a bug of ballast`,
      detail: left,
      advice: 'Nothing was written.',
    },
  ])
}

/** The way back, or why none can be planned. */
async function wayBack(
  from: Model,
  to: Model,
  rounds: Settled['rounds'],
  settings: PlanSettings,
): Promise<Plan | Failure> {
  try {
    return await planBack(from, to, rounds, { ...settings, separator: '\n' })
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** What something else makes was only assumed, and is no part of where the folder leads. */
function withoutStandIns(outcome: Model, from: Model, folder: Model): Model {
  const own = linesOf(folder)
  const assumed = [...linesOf(from).keys()].filter(id => !own.has(id))
  if (assumed.length === 0) return outcome
  const lines = linesOf(outcome)
  for (const id of assumed) lines.delete(id)
  return withLines(outcome, lines)
}

function downText(back: Plan): string {
  const lost = back.deletes.length === 0 ? '' : ` Lost: ${losses(back).replaceAll('\n', ' ')}.`
  return `-- Grade ${gradeWords[back.grade]}.${lost}\n${back.script}`
}

/** The name of a migration that nobody has named: what it does first, and to what. */
function usualName({ statements }: Plan): string {
  const about = statements.filter(({ object }) => object !== '')
  const first = about.find(({ object }) => !/^(role|extension|schema) /.test(object)) ?? about[0]
  if (first === undefined) return 'change'
  const verb = (/^\w+/.exec(first.sql)?.[0] ?? 'change').toLowerCase()
  const what = first.object.replace(/^\w+ /, '').replace(/^public\./, '')
  const known = ['create', 'drop', 'alter', 'comment', 'grant', 'revoke'].includes(verb)
  const name = `${known ? verb : 'change'}_${what.replace(/\(.*$/s, '')}`
  return /[A-Za-z0-9]/.test(what) ? files.fileName(name) : 'change'
}

/** The files of a migration before they are written, and the folder that they make. */
export interface Laid {
  tag: string
  folder: string
  /** Paths as messages show them, the migration itself first. */
  paths: string[]
  /** All files of the folder, as they will be. */
  all: FolderState['files']
  bundled: Bundled
  write(): Promise<void>
}

/** Lays out the files of a migration. The folder with them must be one that can be bundled. */
export async function layOut(
  { config }: Context,
  { folder, bundled, files: found, model }: FolderState,
  format: FolderFormat,
  made: Made,
  name: string | undefined,
): Promise<Laid> {
  const now = new Date()
  const named = name === undefined ? usualName(made.plan) : files.fileName(name)
  const tag = files.newTag(format, config, bundled.migrations, named, now)
  const written = files.migrationFiles(format, { tag, up: made.up, down: made.down }, found, now)
  const all = files.withFiles(found, written)
  const next = await bundleFiles(folder, all, config, { mayReuse: true })
  const { drizzleSnapshot } = await import('./drizzle-snapshot.js')
  const snapshot = await drizzleSnapshot(folder, format, tag, model, made.after)
  if (snapshot !== null) written.push(snapshot)
  written.push({ path: snapshotName, text: snapshotText(made.after, next.hash) })
  return {
    tag,
    folder,
    paths: written.map(({ path }) => shortPath(join(folder, path))),
    all,
    bundled: next,
    write: async () => {
      await mkdir(folder, { recursive: true })
      await files.writeAll(folder, written)
    },
  }
}
