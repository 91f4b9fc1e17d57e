/** The way back, and that both ways lead where they should. */
import type { Context } from '../command.js'
import { elaborate, type SqlText } from './elaborate.js'
import type { Round } from './answers.js'
import type { Answer, Plan, PlannedStatement, PlanSettings } from './plan.js'
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

/** The schema that the statements of a plan make of another one. */
export async function outcomeOf(
  context: Context,
  from: Model,
  plan: Plan,
  name: string,
): Promise<Model> {
  const texts: SqlText[] = [{ text: await renderModel(from, 18), name: 'the schema so far' }]
  for (const { sql } of plan.statements) texts.push({ text: sql, name })
  return elaborate(context, texts)
}

/** What a plan leaves different from where it should lead; empty where it leads there. */
export async function whatIsLeft(
  context: Context,
  from: Model,
  plan: Plan,
  to: Model,
  name: string,
): Promise<{ left: string; outcome: Model }> {
  const outcome = await outcomeOf(context, from, plan, name)
  return { left: (await differenceOf(outcome, to)).trim(), outcome }
}
