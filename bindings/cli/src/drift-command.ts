/** `ballast drift`. */
import { runCommand, type Context } from './command.js'
import { failure } from './failure.js'
import { aligned } from './schema/align.js'
import { databaseModel, sayUnmodelled, type DatabaseFlags } from './schema/connection.js'
import { desiredModel, type DesiredModel } from './schema/desired.js'
import { folderOf, folderState } from './schema/folder-model.js'
import { differenceOf, planBetween, type Model } from './schema/planner.js'
import { printable, shortPath } from './source.js'

/** The flags of `ballast drift`, as commander names them. */
export interface DriftFlags extends DatabaseFlags {
  against?: 'folder' | 'schema'
  sql?: boolean
}

type Wanted = Pick<DesiredModel, 'limits' | 'name'> & Model

/** Compares the database with the folder and with what is wanted. */
export async function driftCommand(flags: DriftFlags): Promise<number> {
  return runCommand(flags, async context => {
    const wanted = await whatIsWanted(flags, context)
    const { model } = await databaseModel(context, flags)
    sayUnmodelled(context, model)
    const found = []
    for (const each of wanted) found.push(await compare(flags, context, model, each))
    const drifted = found.some(({ differences }) => differences.length > 0)
    context.screen.event({ event: 'done', drifted, against: found })
    return drifted ? 1 : 0
  })
}

/** The folder where it has migrations, and the schema where the project says one. */
async function whatIsWanted({ against }: DriftFlags, context: Context): Promise<Wanted[]> {
  const { config } = context
  const wanted: Wanted[] = []
  if (against !== 'schema') {
    const { model, bundled } = await folderState(context, { keep: false })
    const isAsked = against === 'folder' || bundled.migrations.length > 0
    const name = shortPath(folderOf(config))
    if (isAsked) wanted.push({ ...model, limits: null, name })
  }
  const says = config.schema !== null || config.drizzleConfig !== null
  if (against === 'schema' || (against === undefined && (says || wanted.length === 0))) {
    wanted.push(await desiredModel(context))
  }
  if (wanted.length === 0) throw failure('there is nothing to compare the database with')
  return wanted
}

interface Found {
  against: string
  differences: string[]
  statements?: string[]
}

/** Lines are of what the database would have to become, since it is what has drifted. */
async function compare(
  flags: DriftFlags,
  { screen, config }: Context,
  live: Model,
  wanted: Wanted,
): Promise<Found> {
  const { from, to } = aligned(live, wanted, { isLive: true })
  const text = (await differenceOf(from, to)).trim()
  const differences = text === '' ? [] : text.split('\n')
  if (differences.length === 0) {
    screen.say(`The database is as ${wanted.name} has it.`)
    return { against: wanted.name, differences }
  }
  screen.say(`The database is not as ${wanted.name} has it. To become so it has to change this:`)
  for (const line of differences) screen.say(`  ${printable(line)}`)
  if (flags.sql !== true) return { against: wanted.name, differences }
  const settings = { postgres: config.postgres, online: config.online }
  const { statements, questions } = await planBetween(from, to, settings)
  if (questions.length > 0) screen.note('Some of it may be a rename: `ballast push` asks.')
  for (const { sql } of statements) screen.say(`${printable(sql)};`)
  return { against: wanted.name, differences, statements: statements.map(({ sql }) => sql) }
}
