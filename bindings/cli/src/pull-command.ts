/** `ballast pull`. */
import { readFile, writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'

import { runCommand, type Context } from './command.js'
import { confirm, isInteractive } from './confirm.js'
import { connect } from './connect.js'
import { drive } from './drive.js'
import { Question, failure } from './failure.js'
import { reporting } from './problem.js'
import { databaseModel, sayUnmodelled, type DatabaseFlags } from './schema/connection.js'
import { elaborate } from './schema/elaborate.js'
import { folderState } from './schema/folder-model.js'
import { formatOf, layOut, separatorOf, type Laid } from './schema/new-migration.js'
import { withNamedRoles } from './schema/objects.js'
import { planBetween, type Model } from './schema/planner.js'
import { textsOf } from './schema/proof.js'
import { schemaSql } from './schema/schema-sql.js'
import { shortPath } from './source.js'
import { count, teller } from './wording.js'

/** The flags of `ballast pull`, as commander names them. */
export interface PullFlags extends DatabaseFlags {
  out?: string
  baseline?: boolean
  yes?: boolean
}

/** Writes what a database has as a schema, and on demand as the first migration. */
export async function pullCommand(flags: PullFlags): Promise<number> {
  return runCommand(flags, async context => {
    const { screen } = context
    const file = outputOf(flags, context)
    const isCode = extname(file) !== '.sql'
    const found = await databaseModel(context, flags)
    sayUnmodelled(context, found.model)
    const model = withNamedRoles(found.model)
    const text = isCode
      ? await schemaCode(context, model)
      : await schemaSql(model, context.config.postgres)
    const before = await readFile(file, 'utf8').catch(() => null)
    const isNew = before?.replaceAll('\r\n', '\n') !== text
    if (before !== null && isNew && flags.yes !== true) await agree(context, file)
    const laid = flags.baseline === true ? await layBaseline(context, model, isCode) : null
    if (isNew) await writeFile(file, text)
    await laid?.write()
    if (laid !== null) await mark(flags, context, laid)
    const paths = [...(isNew ? [shortPath(file)] : []), ...(laid?.paths ?? [])]
    const unmodelled = model.unmodelled.length
    screen.event({
      event: 'done',
      file: shortPath(file),
      files: paths,
      tag: laid?.tag ?? null,
      unmodelled,
    })
    const what = `${shortPath(file)} has the database's schema`
    screen.say(paths.length === 0 ? `Nothing to do: ${what}.` : `Wrote ${paths.join(', ')}.`)
    return 0
  })
}

function outputOf({ out }: PullFlags, { config }: Context): string {
  const { schema, root, drizzleConfig } = config
  const named = typeof schema === 'string' && /\.(sql|[cm]?ts)$/.test(schema) ? schema : undefined
  const only = drizzleConfig?.schema.length === 1 ? drizzleConfig.schema[0] : undefined
  const file = out === undefined ? resolve(root, only ?? named ?? 'schema.sql') : resolve(out)
  if (/\.(sql|[cm]?ts)$/.test(file)) return file
  throw failure('--out takes a file that ends in .sql, or in .ts for Drizzle')
}

async function schemaCode({ screen }: Context, model: Model): Promise<string> {
  const { schemaTs } = await import('./schema/schema-ts.js')
  const { text, leftOut } = schemaTs(model)
  if (leftOut.length > 0) {
    const message = `Drizzle cannot say ${count(leftOut.length, 'thing')}; the file lists them`
    screen.warn({ code: null, message })
  }
  return text
}

async function agree({ screen }: Context, file: string): Promise<void> {
  const question = `${shortPath(file)} is there already, and would be replaced.`
  if (screen.json || !isInteractive())
    throw new Question(question, '--yes', { file: shortPath(file) })
  screen.note(question)
  screen.done()
  if (!(await confirm('Replace it?'))) throw failure('nothing was written')
}

/** The first migration of a folder, which makes all that is there. Nothing undoes it. */
async function layBaseline(context: Context, model: Model, isCode: boolean): Promise<Laid> {
  const state = await folderState(context, { keep: false })
  if (state.bundled.migrations.length > 0) {
    throw failure(
      `${shortPath(state.folder)} has migrations already: ${state.bundled.migrations[0]?.tag}`,
      '--baseline begins a folder. Of one that has begun, `ballast baseline` marks what is there.',
    )
  }
  const format = formatOf(state, { naming: isCode ? '0.45' : null })
  const separator = separatorOf(context, format)
  const { postgres } = context.config
  const plan = await planBetween(state.model, model, { postgres, online: false, separator })
  const up = plan.script === '' ? '-- The database was empty.\n' : plan.script
  const after = await elaborate(context, textsOf(plan, 'the baseline'))
  return layOut(context, state, format, { up, down: null, plan, back: null, after }, 'baseline')
}

/** Writes into the journal that the migration is applied, since what it makes is there. */
async function mark(flags: PullFlags, context: Context, { tag, folder }: Laid): Promise<void> {
  const { config, screen, signal } = context
  // The folder may be one that this command has made.
  const direct = { ...context, config: { ...config, endpoint: null, migrations: folder } }
  const { urlEnv, envFile } = flags
  const named = {
    ...(urlEnv === undefined ? {} : { urlEnv }),
    ...(envFile === undefined ? {} : { envFile }),
  }
  const { runner, bundled, common } = await connect(named, direct)
  const at = { config, bundle: bundled.bundle, runner, command: 'ballast baseline' }
  const action = { action: 'baseline', ...common, to: tag } as const
  await reporting(at, () => drive(runner, action, teller(screen), signal))
}
