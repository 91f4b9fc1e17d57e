/** `ballast push`. */
import { runCommand, type Context } from './command.js'
import { confirm, isInteractive } from './confirm.js'
import { Failure, Question, failure } from './failure.js'
import { aligned } from './schema/align.js'
import { readAnswers, settle } from './schema/answers.js'
import { databaseModel, sayUnmodelled, type DatabaseFlags } from './schema/connection.js'
import { desiredModel, type DesiredModel } from './schema/desired.js'
import { liveModel } from './schema/live.js'
import type { Plan, PlannedStatement } from './schema/plan.js'
import { differenceOf } from './schema/planner.js'
import { joined } from './schema/proof.js'
import { losses, review, sizeOf } from './schema/review.js'
import { printable } from './source.js'
import { count } from './wording.js'

/** The flags of `ballast push`, as commander names them. */
export interface PushFlags extends DatabaseFlags {
  dryRun?: boolean
  allow?: string
  answers?: string
  hints?: string
  yes?: boolean
}

// What cannot be taken back has to be allowed by its name.
const kGuarded = ['deletes-data']

/** Makes the database what the schema says, without a migration. */
export async function pushCommand(flags: PushFlags): Promise<number> {
  return runCommand(flags, async context => {
    const { screen } = context
    const allowed = allowedHazards(flags)
    const answers = await readAnswers(flags.answers ?? flags.hints)
    const desired = await desiredModel(context)
    const { url, model } = await databaseModel(context, flags)
    sayUnmodelled(context, model)
    const both = aligned(model, desired, { isLive: true })
    if ((await differenceOf(both.from, both.to)) === '') {
      screen.event({ event: 'done', changed: false })
      screen.say(`Nothing to do: the database is as ${desired.name} has it.`)
      return 0
    }
    // Nobody else is to be waited for: the plain forms do it in one transaction.
    const settings = { postgres: context.config.postgres, online: false }
    const settled = await settle(context, both.from, both.to, settings, answers)
    const plan = joined([...settled.rounds.map(round => round.plan), settled.plan], '\n')
    review(screen, plan.statements)
    screen.event({ event: 'plan', statements: plan.statements, deletes: plan.deletes })
    if (flags.dryRun === true) {
      screen.note(`\nThis is what would run: ${sizeOf(plan.statements)}. Nothing was run.`)
      screen.event({ event: 'done', changed: false })
      return 0
    }
    await agree(flags, context, plan, allowed)
    await run(context, url, plan)
    return tellResult(context, url, desired, plan)
  })
}

function allowedHazards({ allow = '' }: PushFlags): Set<string> {
  const named = allow
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
  const wrong = named.find(word => !kGuarded.includes(word))
  if (wrong === undefined) return new Set(named)
  throw failure(
    `--allow takes ${kGuarded.join(', ')}, and not ${printable(wrong)}`,
    'Other hazards are only shown.',
  )
}

async function agree(
  flags: PushFlags,
  { screen }: Context,
  plan: Plan,
  allowed: ReadonlySet<string>,
): Promise<void> {
  const hazards = new Set(plan.statements.flatMap(({ hazards = [] }) => hazards))
  if (plan.deletes.length > 0) hazards.add('deletes-data')
  const guarded = kGuarded.filter(word => hazards.has(word) && !allowed.has(word))
  if (guarded.length === 0 && flags.yes === true) return
  const lost = plan.deletes.length > 0 ? `It would lose ${losses(plan)}.` : 'It may lose data.'
  const isThere = !screen.json && isInteractive()
  if (guarded.length > 0) {
    if (!isThere || flags.yes === true) {
      throw new Question(lost, `--allow ${guarded.join(',')}`, {
        hazards: guarded,
        deletes: plan.deletes,
      })
    }
    screen.note(lost)
  }
  // Without a terminal the command itself is the agreement: what is dear was asked for above.
  if (!isThere) return
  screen.done()
  const size = count(plan.statements.length, 'statement')
  if (!(await confirm(`Run ${size}?`))) throw failure('nothing was run')
}

/** Runs each part as a request of its own, which is a transaction. */
async function run({ screen, signal }: Context, url: string, plan: Plan): Promise<void> {
  const { neon } = await import('ballast')
  const sql = neon(url, { fetchOptions: { signal } })
  const parts = partsOf(plan.statements)
  for (const [index, part] of parts.entries()) {
    if (signal.aborted) throw failure(`stopped: ${index} of ${parts.length} parts were run`)
    screen.status(`running part ${index + 1} of ${parts.length} …`)
    try {
      const [only] = part
      if (part.length === 1 && only?.alone === true) await sql.query(only.sql)
      else await sql.transaction(part.map(statement => sql.query(statement.sql)))
    } catch (error) {
      throw refusal(error, part, index)
    }
  }
  screen.done()
}

function partsOf(statements: readonly PlannedStatement[]): PlannedStatement[][] {
  const parts = new Map<number, PlannedStatement[]>()
  for (const statement of statements) {
    parts.set(statement.segment, [...(parts.get(statement.segment) ?? []), statement])
  }
  return [...parts.values()]
}

function refusal(error: unknown, part: readonly PlannedStatement[], done: number): Failure {
  const { code, message, detail, hint } = error as Partial<Record<string, string>>
  const [only] = part
  return new Failure([
    {
      code: code ?? null,
      message: message ?? String(error),
      detail,
      hint,
      statement: part.length === 1 ? only?.sql : undefined,
      notes: [done === 0 ? 'Nothing was changed.' : `${count(done, 'part')} before it stays.`],
      advice: 'Mend it and run `ballast push` again: it goes on from what the database has.',
    },
  ])
}

/** Looks whether the database is what it should be now. */
async function tellResult(
  context: Context,
  url: string,
  desired: DesiredModel,
  plan: Plan,
): Promise<number> {
  const { screen } = context
  const { from, to } = aligned(await liveModel(context, url), desired, { isLive: true })
  const left = (await differenceOf(from, to)).trim()
  screen.event({ event: 'done', changed: true, left: left === '' ? [] : left.split('\n') })
  screen.say(`\nRan ${sizeOf(plan.statements)}.`)
  if (left === '') return 0
  screen.note(`The database still is not as ${desired.name} has it:\n${printable(left)}`)
  return 1
}
