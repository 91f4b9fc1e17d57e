/** The way back, and that both ways lead where they should. */
import type { Context } from '../command.js'
import { Failure } from '../failure.js'
import { elaborateOn, type SqlText } from './elaborate.js'
import type { Round } from './answers.js'
import type { Answer, Plan, PlannedStatement, PlanSettings } from './plan.js'
import { renumbered } from './objects.js'
import { differenceOf, planBetween, renameBetween, renderModel, type Model } from './planner.js'

/** The way back from `to`: the rest is undone first, then the renames. */
export async function planBack(
  from: Model,
  to: Model,
  rounds: readonly Round[],
  settings: PlanSettings,
): Promise<Plan> {
  const middle = rounds.at(-1)?.after ?? from
  const plans = [await planWithoutQuestions(to, middle, settings)]
  for (const { before, after, answers } of [...rounds].reverse()) {
    const back = answers.map(
      (answer): Answer =>
        answer.type === 'rename' ? { ...answer, from: answer.to, to: answer.from } : answer,
    )
    plans.push(await renameBetween(after, before, { ...settings, answers: back }))
  }
  return joined(plans, settings.separator ?? '\n')
}

/** What came new goes, and what went comes new: the names were settled on the way there. */
async function planWithoutQuestions(from: Model, to: Model, settings: PlanSettings): Promise<Plan> {
  const plan = await planBetween(from, to, settings)
  if (plan.questions.length === 0) return plan
  const answers = plan.questions.map((question): Answer => {
    return { type: 'create', kind: question.kind, entity: question.to }
  })
  return planBetween(from, to, { ...settings, answers })
}

/** Several plans as one, in their order. */
export function joined(plans: readonly Plan[], separator: string): Plan {
  const grades = ['green', 'yellow', 'red'] as const
  const statements: PlannedStatement[] = []
  for (const plan of plans) {
    const offset = statements.at(-1)?.segment ?? 0
    for (const each of plan.statements) {
      statements.push({ ...each, segment: each.segment + offset })
    }
  }
  const scripts = plans.map(({ script }) => script.trimEnd()).filter(script => script !== '')
  return {
    grade: grades[Math.max(...plans.map(({ grade }) => grades.indexOf(grade)))] ?? 'red',
    statements,
    questions: plans.flatMap(({ questions }) => questions),
    deletes: plans.flatMap(({ deletes }) => deletes),
    script: scripts.length === 0 ? '' : `${scripts.join(separator)}\n`,
  }
}

/** Where the way there leads, what it leaves different, and why the way back is none. */
export interface Proof {
  outcome: Model
  /** Empty where it leads to what is wanted. */
  left: string
  /** Null where it leads back. */
  astray: string | null
}

/** Two schemas with the ways between them; `texts` make what is wanted, where any do. */
export interface Ways {
  from: Model
  to: Model
  plan: Plan
  back: Plan | null
  texts: readonly SqlText[]
}

/**
 * Runs the way there, and then the way back from where that has led: as on a database, which has
 * its columns in the order that they came in.
 */
export async function proveBoth(context: Context, ways: Ways): Promise<Proof> {
  const proved = await proveOnWanted(context, ways)
  if (proved !== null) return proved
  const { from, to, plan, back } = ways
  const first = [{ text: await renderModel(from, 18), name: 'the schema so far' }]
  const there = textsOf(plan, 'the migration')
  const then = back === null ? [there] : [there, textsOf(back, 'the way back')]
  const [outcome, returned] = await elaborateOn(context, first, then)
  if (outcome === undefined || outcome instanceof Failure) throw outcome
  const left = (await differenceOf(outcome, to)).trim()
  if (returned instanceof Failure) return { outcome, left, astray: returned.message }
  const leftBack = (await differenceOf(returned ?? from, from)).trim()
  const isBack = leftBack === ''
  return { outcome, left, astray: isBack ? null : `it leaves ${inline(leftBack)}` }
}

/**
 * The same on what is wanted, which was loaded just now: where the way back leads from it to what
 * there is, with all columns in their order, the way there can go on from that. Null where not.
 */
async function proveOnWanted(context: Context, ways: Ways): Promise<Proof | null> {
  const { from, to, plan, back, texts } = ways
  if (back === null || texts.length === 0) return null
  const there = textsOf(plan, 'the migration')
  const goBack = textsOf(back, 'the way back')
  const [was] = await elaborateOn(context, texts, [goBack])
  if (!isSame(was, from)) return null
  const [, outcome] = await elaborateOn(context, texts, [goBack, there])
  if (outcome === undefined || outcome instanceof Failure) return null
  const proof = { outcome: renumbered(outcome), left: '', astray: null }
  if (isSame(outcome, to)) return proof
  // Its columns come in another order, as they will in a database.
  if ((await differenceOf(outcome, to)) !== '') return null
  const returned = (await elaborateOn(context, texts, [goBack, there, goBack]))[2]
  return isSame(returned, from) ? proof : null
}

/** Whether they are the same down to the order of their columns. */
function isSame(made: Model | Failure | undefined, wanted: Model): boolean {
  if (made === undefined || made instanceof Failure) return false
  return made.text === wanted.text || renumbered(made).text === renumbered(wanted).text
}

function inline(lines: string): string {
  return lines.replaceAll('\n', ', ')
}

/** The statements of a plan, each by itself, so that one that is refused can be shown. */
export function textsOf({ statements }: Plan, name: string): SqlText[] {
  return statements.map(({ sql, alone }) => ({ text: sql, name, alone }))
}
