/** The half of `ballast check` that is about the folder of migrations. */
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { CheckFlags, Half } from './check-command.js'
import type { Context } from './command.js'
import { migrationsOf } from './config.js'
import { connect } from './connect.js'
import { Failure } from './failure.js'
import { readFolder, type FolderFile } from './folder.js'
import { error, historyFindings, warning, type Checked } from './folder-findings.js'
import { readHistory } from './folder-history.js'
import { reporting } from './problem.js'
import { readSnapshot, snapshotName } from './schema/snapshot.js'
import { shortPath } from './source.js'
import { bundleFiles, type Bundled } from './tools.js'

/** Everything about the folder: its history, its files, what is kept beside it, its database. */
export const checkFolder: Half = async (context, flags) => {
  const { config } = context
  const folder = migrationsOf(config)
  const files = await readFolder(folder)
  const history = readHistory(files)
  const findings = historyFindings(folder, files, history)
  const bundled = await bundle(context, folder, files, findings)
  if (bundled !== null) {
    findings.push(
      ...(await snapshotFindings(folder, bundled)),
      ...(await bundleFindings(context, bundled)),
      ...(flags.database === true ? await databaseFindings(context, flags, bundled) : []),
    )
  }
  const { format, migrations } = history
  return {
    findings,
    facts: { folder: shortPath(folder), format, migrations: migrations.length },
  }
}

/** Bundles the folder; its mistakes are findings, but for those that are found already. */
async function bundle(
  { config }: Context,
  folder: string,
  files: readonly FolderFile[],
  findings: Checked[],
): Promise<Bundled | null> {
  const errors = findings.filter(({ severity }) => severity === 'error')
  const known = new Set(errors.map(({ place }) => place?.file))
  const isNew = ({ place }: { place?: { file: string } | undefined }): boolean =>
    place === undefined || !known.has(place.file)
  try {
    const bundled = await bundleFiles(folder, files, config)
    const warnings = bundled.warnings.filter(isNew)
    findings.push(...warnings.map((each): Checked => ({ ...each, severity: 'warning' })))
    return bundled
  } catch (problem) {
    if (!(problem instanceof Failure)) throw problem
    const fresh = problem.findings.filter(isNew)
    findings.push(...fresh.map((each): Checked => ({ ...each, severity: 'error' })))
    return null
  }
}

/** The kept schema has to be that of these files. */
async function snapshotFindings(folder: string, { hash, migrations }: Bundled): Promise<Checked[]> {
  const place = { file: join(folder, snapshotName) }
  const { doubt } = await readSnapshot(folder, hash)
  if (doubt === null || migrations.length === 0) return []
  if (doubt === 'none') {
    const message = 'the schema that the folder leads to is not kept: `ballast export` writes it'
    return [warning(message, { file: folder })]
  }
  if (doubt === 'version') {
    return [warning('it was written by another version of ballast, and is made anew', place)]
  }
  const why = {
    conflict: 'the marks of a merge conflict',
    damaged: 'it is not as it was written',
    folder: 'it is not the schema of these migrations: one was added, edited or taken away',
  }[doubt]
  return [
    {
      ...error(why, place),
      advice:
        'Where a migration was edited on purpose, `ballast export` makes it anew; commit it with ' +
        'the migrations.',
    },
  ]
}

/** The bundle that a Worker imports, where there is one. */
async function bundleFindings({ config }: Context, { text }: Bundled): Promise<Checked[]> {
  if (!existsSync(config.bundle)) return []
  const found = (await readFile(config.bundle, 'utf8')).replaceAll('\r\n', '\n')
  if (found.endsWith(`\nexport const bundle = ${text}\n`)) return []
  return [
    {
      ...error('the bundle is not that of these migrations', { file: config.bundle }),
      advice: 'Run `ballast bundle`, and commit what it writes.',
    },
  ]
}

/** What the database has applied must still be what the files say. */
async function databaseFindings(
  context: Context,
  flags: CheckFlags,
  { migrations }: Bundled,
): Promise<Checked[]> {
  const { config } = context
  const { runner, bundled, common } = await connect(flags, context)
  const at = { config, bundle: bundled.bundle, runner, command: 'ballast check' }
  const { edited, missing, newer } = await reporting(at, () =>
    runner.perform({ action: 'status', ...common }, () => {}),
  )
  const folder = migrationsOf(config)
  const fileOf = (tag: string): { file: string } | undefined => {
    const file = migrations.find(each => each.tag === tag)?.file
    return file === undefined ? undefined : { file: join(folder, file) }
  }
  return [
    ...edited.map((tag): Checked => ({
      ...error(`${tag} was edited after the database applied it`, fileOf(tag)),
      advice: 'Take the edit back, and write what it shall change as a new migration.',
    })),
    ...missing.map((tag): Checked => ({
      ...error(`the database has applied ${tag}, and the folder does not have it`),
      advice: 'It may be on another branch that was applied to this database.',
    })),
    // A checkout that is behind the database is no mistake by itself.
    ...newer.map((tag): Checked => {
      return warning(`the database has applied ${tag}, which comes after all of this folder`)
    }),
  ]
}
