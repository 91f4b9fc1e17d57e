/** `ballast generate`. */
import { runCommand, type CommonFlags, type Context } from './command.js'
import { Failure, failure } from './failure.js'
import type { FolderFile } from './folder.js'
import { findingOf, forkFindings } from './folder-findings.js'
import { readHistory } from './folder-history.js'
import { refreshSchema } from './queries/schema-file.js'
import { aligned } from './schema/align.js'
import { readAnswers, settle } from './schema/answers.js'
import { desiredModel, type DesiredModel } from './schema/desired.js'
import {
  folderFiles,
  folderOf,
  folderState,
  modelOfFiles,
  type FolderState,
} from './schema/folder-model.js'
import type { FolderFormat } from './schema/migration-files.js'
import { astray, formatOf, layOut, make, separatorOf, type Made } from './schema/new-migration.js'
import type { Plan, PlanSettings } from './schema/plan.js'
import { differenceOf } from './schema/planner.js'
import { gradeWords, losses, review, sizeOf } from './schema/review.js'
import { shortPath } from './source.js'

/** The flags of `ballast generate`, as commander names them. */
export interface GenerateFlags extends CommonFlags {
  name?: string
  custom?: boolean
  dryRun?: boolean
  answers?: string
  hints?: string
  prove?: boolean
  large?: string[]
}

const kCustom = '-- Your own SQL goes here.\n'

/** Writes the migration that leads from the folder's schema to the one that is wanted. */
export async function generateCommand(flags: GenerateFlags): Promise<number> {
  return runCommand(flags, async context => {
    if (flags.custom === true && (flags.answers ?? flags.hints) !== undefined) {
      throw failure('--custom writes an empty migration: it takes no answers')
    }
    const answers = await readAnswers(flags.answers ?? flags.hints)
    const files = await folderFiles(context.config)
    refuseFork(context, files)
    // First, since of a folder something is kept, and a wrong schema is to leave no trace.
    const desired = flags.custom === true ? null : await desiredModel(context)
    const state = await folderState(context, { keep: flags.dryRun !== true, files })
    for (const warning of state.bundled.warnings) context.screen.warn(warning)
    if (desired === null) return custom(flags, context, state)
    const both = aligned(state.model, desired)
    if ((await differenceOf(both.from, both.to)) === '') return nothing(context, state, desired)
    const format = formatOf(state, desired)
    const settings: PlanSettings = {
      postgres: context.config.postgres,
      online: context.config.online,
      large: [...context.config.large, ...(flags.large ?? [])],
      separator: separatorOf(context, format),
    }
    const settled = await settle(context, both.from, both.to, settings, answers)
    // What a Drizzle schema could not say is in none of the texts.
    const texts = both.to.text === desired.text ? desired.texts : []
    const made = await make(context, state, { ...both, texts }, settled, settings)
    return write(flags, context, { state, format, made, desired })
  })
}

/** What comes after a fork would come after both branches, and hide that there are two. */
function refuseFork({ config }: Context, files: readonly FolderFile[]): void {
  const history = readHistory(files)
  // Folders of Drizzle 1.0 have snapshots that follow several, so that the next one joins them.
  const isJoined = history.format !== 'v7' && history.format !== 'plain'
  const found = isJoined ? [] : forkFindings(folderOf(config), files, history)
  if (found.length > 0) throw new Failure(found.map(findingOf))
}

function nothing(
  { screen }: Context,
  { folder, bundled }: FolderState,
  { name }: DesiredModel,
): number {
  screen.event({ event: 'done', changed: false, migrations: bundled.migrations.length })
  screen.say(`Nothing to do: ${shortPath(folder)} leads to what ${name} says.`)
  return 0
}

interface Whole {
  state: FolderState
  format: FolderFormat
  made: Made
  desired: DesiredModel | null
}

async function write(flags: GenerateFlags, context: Context, whole: Whole): Promise<number> {
  const { screen } = context
  const { state, format, made, desired } = whole
  const laid = await layOut(context, state, format, made, flags.name)
  if (flags.prove === true && desired !== null) {
    await prove(context, state.folder, laid.all, desired)
  }
  const refreshed: string[] = []
  if (flags.dryRun !== true) {
    await laid.write()
    refreshed.push(...(await refreshSchema(context)).map(shortPath))
  }
  screen.event({
    event: 'done',
    changed: true,
    written: flags.dryRun !== true,
    tag: laid.tag,
    files: [...laid.paths, ...refreshed],
    statements: made.plan.statements,
    deletes: made.plan.deletes,
    down: made.back === null ? null : { grade: made.back.grade, deletes: made.back.deletes },
  })
  tell(flags, context, made, [...laid.paths, ...refreshed])
  return 0
}

function tell(flags: GenerateFlags, { screen }: Context, made: Made, paths: string[]): void {
  const { plan, back } = made
  review(screen, plan.statements)
  if (plan.deletes.length > 0) screen.say(`\nIt loses ${losses(plan)}.`)
  if (back !== null) screen.say(`\nUndoing it: ${gradeWords[back.grade]}.`)
  if (flags.dryRun === true) {
    screen.say(`\nThis would be ${paths[0]}, ${sizeOf(plan.statements)}. Nothing was written.`)
    return
  }
  const [first, ...others] = paths
  screen.say(`\nWrote ${first} (${sizeOf(plan.statements)}), and ${others.join(', ')}.`)
}

/** Runs the whole folder on an empty database, and looks where it leads. */
async function prove(
  context: Context,
  folder: string,
  all: FolderState['files'],
  desired: DesiredModel,
): Promise<void> {
  const model = await modelOfFiles(context, folder, all)
  const { from, to } = aligned(model, desired)
  const left = (await differenceOf(from, to)).trim()
  if (left !== '') throw astray('the folder would not lead to what is wanted', left)
  context.screen.note('Proved: the folder leads there on an empty database.')
}

async function custom(flags: GenerateFlags, context: Context, state: FolderState): Promise<number> {
  const empty: Plan = { grade: 'green', statements: [], questions: [], deletes: [], script: '' }
  const made: Made = { up: kCustom, down: null, plan: empty, back: null, after: state.model }
  const format = formatOf(state, await desiredOf(context, state))
  const named = { ...flags, name: flags.name ?? 'custom' }
  return write(named, context, { state, format, made, desired: null })
}

/** What is wanted only matters here where the folder does not say by itself what it is. */
async function desiredOf(context: Context, { bundled }: FolderState): Promise<DesiredModel | null> {
  if (bundled.migrations.length > 0) return null
  return desiredModel(context).catch(() => null)
}
