/** `ballast rebase`: after a merge, this branch's migrations behind those of the other. */
import { mkdir, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { runCommand, type Context } from './command.js'
import { migrationsOf } from './config.js'
import { Failure } from './failure.js'
import { readFolder, type FolderFile } from './folder.js'
import { forkFindings } from './folder-findings.js'
import { readHistory } from './folder-history.js'
import { reporting } from './problem.js'
import { rebased, type Rebased } from './rebase-folder.js'
import { Repository, type Base } from './rebase-git.js'
import { directRunner } from './runner.js'
import { urlOf, type DatabaseFlags } from './schema/connection.js'
import { folderModel } from './schema/models.js'
import { shortPath } from './source.js'
import { bundleFiles, type Bundled } from './tools.js'
import { count } from './wording.js'

/** The flags of `ballast rebase`, as commander names them. */
export interface RebaseFlags extends DatabaseFlags {
  onto?: string
  database?: boolean
  dryRun?: boolean
}

/** Renumbers, and says what was; nothing is written where it would not come out whole. */
export async function rebaseCommand(flags: RebaseFlags): Promise<number> {
  return runCommand(flags, async context => {
    const folder = migrationsOf(context.config)
    const files = await readFolder(folder)
    const git = new Repository(folder)
    const base = await git.base(flags.onto)
    const input = { folder, files, git, base, now: Date.now() }
    let result = await rebased({ ...input, applied: new Set<string>() })
    const bundled = await prove(context, folder, files, result)
    if (flags.database === true) {
      const applied = await appliedTags(context, flags, bundled)
      result = await rebased({ ...input, applied })
      await prove(context, folder, files, result)
    }
    for (const note of result.notes) context.screen.note(note)
    const isDry = flags.dryRun === true
    if (result.changes.size > 0 && !isDry) {
      await apply(folder, result.changes)
      await keepSchema(context)
    }
    report(context, folder, base, result, isDry)
    return 0
  })
}

/**
 * What the database has applied of the migrations that would be renamed. It is asked with the
 * folder as it would be, since the one that is there may not even be readable.
 */
async function appliedTags(
  context: Context,
  flags: RebaseFlags,
  { bundle }: Bundled,
): Promise<Set<string>> {
  const { config, signal } = context
  const runner = directRunner(bundle, { url: urlOf(context, flags), signal })
  const at = { config, bundle, runner, command: 'ballast rebase' }
  const { applied, partial, renamed } = await reporting(at, () =>
    runner.perform({ action: 'status' }, () => {}),
  )
  return new Set([
    ...[...applied, ...partial].map(({ tag }) => tag),
    ...renamed.map(({ from }) => from),
  ])
}

/** The folder as it would be has to be whole, and to bundle. */
async function prove(
  { config }: Context,
  folder: string,
  files: readonly FolderFile[],
  { changes }: Rebased,
): Promise<Bundled> {
  const texts = new Map(files.map(({ path, text }) => [path, text]))
  for (const [path, text] of changes) {
    if (text === null) texts.delete(path)
    else texts.set(path, text)
  }
  const after = [...texts].sort().map(([path, text]): FolderFile => ({ path, text }))
  const left = forkFindings(folder, after, readHistory(after))
  if (left.length > 0) throw new Failure(left)
  return bundleFiles(folder, after, config)
}

/** New files first, so that nothing is lost where it is stopped half-way. */
async function apply(folder: string, changes: Rebased['changes']): Promise<void> {
  for (const [path, text] of changes) {
    if (text === null) continue
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(`${file}.${process.pid}.tmp`, text)
    await rename(`${file}.${process.pid}.tmp`, file)
  }
  for (const [path, text] of changes) {
    if (text !== null) continue
    await rm(join(folder, path), { force: true })
    // A folder of a migration that has moved is empty now; another one is not, and stays.
    if (path.includes('/')) await rmdir(join(folder, dirname(path))).catch(() => undefined)
  }
}

/** The schema that the folder now leads to; to make it is to run all the migrations. */
async function keepSchema(context: Context): Promise<void> {
  try {
    await folderModel(context)
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem
    const note = 'The migrations are in order, and do not go together: one has to be changed.'
    throw new Failure(
      problem.findings.map(each => ({ ...each, notes: [...(each.notes ?? []), note] })),
    )
  }
}

function report(
  { screen, config }: Context,
  folder: string,
  { ref, commit }: Base,
  { moves, changes }: Rebased,
  isDry: boolean,
): void {
  const moved = moves.filter(({ from, to }) => from !== to)
  screen.event({
    event: 'done',
    base: { ref, commit },
    moved,
    files: [...changes.keys()],
    dryRun: isDry,
  })
  if (changes.size === 0) {
    screen.say(`Nothing to mend: what ${ref} has comes first.`)
    return
  }
  const width = Math.max(0, ...moved.map(({ from }) => from.length))
  for (const { from, to } of moved) screen.say(`  ${from.padEnd(width)}  ->  ${to}`)
  const verb = isDry ? 'would be put' : 'put'
  screen.say(`${count(moves.length, 'migration')} of this branch ${verb} behind those of ${ref}.`)
  if (isDry) return
  screen.note(`Look at it and commit it: git add ${shortPath(folder)}`)
  screen.note(`Where a Worker imports ${shortPath(config.bundle)}: ballast bundle`)
}
