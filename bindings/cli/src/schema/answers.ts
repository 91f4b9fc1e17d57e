/** What only a person knows, a rename or not: given by a flag, asked on a terminal, or refused. */
import { readFile } from 'node:fs/promises'

import type { Context } from '../command.js'
import { choose, isInteractive } from '../confirm.js'
import { Failure, Question, failure } from '../failure.js'
import { printable, shortPath } from '../source.js'
import { elaborateOn } from './elaborate.js'
import { idOf, linesOf, type ModelLine } from './objects.js'
import type { Answer, Plan, PlanQuestion, PlanSettings } from './plan.js'
import { planBetween, renameBetween, renderModel, type Model } from './planner.js'
import { textsOf } from './proof.js'

/** The answers that a flag gives: a file of JSON, or the JSON itself. */
export async function readAnswers(given: string | undefined): Promise<Answer[]> {
  if (given === undefined) return []
  const isText = /^\s*\[/.test(given)
  const text = isText
    ? given
    : await readFile(given, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw failure(`${shortPath(given)}, the answers, cannot be read: ${error.code}`)
      })
  // Only who gives answers waits for what reads them to load.
  const { answersOf } = await import('./answers-schema.js')
  const answers = answersOf(parsed(text))
  if (answers !== null) return answers
  throw failure(
    'the answers are not an array of renames and creations',
    'One looks like {"type":"rename","kind":"column","from":["public","users","mail"],' +
      '"to":["public","users","email"]}, or {"type":"create","kind":"column",' +
      '"entity":["public","users","email"]}.',
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Renames that were carried out: from this schema, by these answers. */
export interface Round {
  before: Model
  after: Model
  answers: readonly Answer[]
  plan: Plan
}

/** A way with nothing left to ask: first the renames, then the rest. */
export interface Settled {
  rounds: readonly Round[]
  /** The schema after the renames. */
  middle: Model
  plan: Plan
}

// Each round renames something: a table, then what is in it.
const kMaxRounds = 20

/** Plans the way from one schema to another, and asks what has to be asked. */
export async function settle(
  context: Context,
  from: Model,
  to: Model,
  settings: PlanSettings,
  given: readonly Answer[],
): Promise<Settled> {
  const answers = [...given]
  const rounds: Round[] = []
  const used = new Set<Answer>()
  let middle = from
  for (let round = 0; round < kMaxRounds; round++) {
    const now = answers.filter(answer => isPossible(answer, middle, to))
    const renames = now.filter(({ type }) => type === 'rename')
    for (const answer of now) used.add(answer)
    if (renames.length > 0) {
      const done = await rename(context, middle, to, settings, outermost(renames))
      rounds.push(done)
      middle = done.after
      continue
    }
    const creations = now.filter(({ type }) => type === 'create')
    const plan = await planBetween(middle, to, { ...settings, answers: creations })
    if (plan.questions.length > 0) {
      answers.push(...(await ask(context, plan.questions)))
      continue
    }
    const idle = given.find(answer => answer.type === 'rename' && !used.has(answer))
    if (idle !== undefined) throw unusable(idle)
    return { rounds, middle, plan }
  }
  throw failure('the renames do not come to an end: a bug of ballast')
}

/** Carries out renames, and reads the schema anew: they change the texts of others. */
async function rename(
  context: Context,
  before: Model,
  to: Model,
  settings: PlanSettings,
  answers: readonly Answer[],
): Promise<Round> {
  const plan = await renameBetween(before, to, { ...settings, answers })
  const first = [{ text: await renderModel(before, 18), name: 'the schema so far' }]
  const [after] = await elaborateOn(context, first, [textsOf(plan, 'a rename')])
  if (after === undefined || after instanceof Failure) throw after
  return { before, after, answers, plan }
}

// What an answer calls a value of an enum: its path ends in the value.
const kValue = 'enum_value'

/** A column can only be renamed when its table has its new name, a value when its enum has. */
function outermost(answers: readonly Answer[]): readonly Answer[] {
  const isWithin = (kind: string): boolean => kind === 'column' || kind === kValue
  const depth = ({ kind }: Answer): number => (kind === 'schema' ? 0 : isWithin(kind) ? 2 : 1)
  const least = Math.min(...answers.map(depth))
  return answers.filter(answer => depth(answer) === least)
}

function isPossible(answer: Answer, from: Model, to: Model): boolean {
  const wanted = answer.type === 'rename' ? answer.to : answer.entity
  const has = ids(from)
  const isNew =
    ids(to).has(idOfPath(answer.kind, wanted)) && !has.has(idOfPath(answer.kind, wanted))
  return isNew && (answer.type === 'create' || has.has(idOfPath(answer.kind, answer.from)))
}

function ids(model: Model): ReadonlySet<string> {
  const lines = linesOf(model)
  const found = new Set(lines.keys())
  for (const { kind, schema = '', name = '', values } of lines.values()) {
    if (kind !== 'enum') continue
    for (const value of values as string[]) found.add(idOfPath(kValue, [schema, name, value]))
  }
  return found
}

function idOfPath(kind: string, path: readonly string[]): string {
  const [a = '', b = '', c = ''] = path
  if (kind === kValue) return JSON.stringify([kind, ...path])
  if (path.length === 1) return idOf({ kind, name: a })
  const line: ModelLine = path.length === 2 ? { kind, schema: a, name: b } : { kind, name: c }
  return idOf(path.length === 3 ? { ...line, schema: a, table: b } : line)
}

function unusable({ kind, ...answer }: Answer): Error {
  const from = 'from' in answer ? answer.from.join('.') : ''
  const to = 'to' in answer ? answer.to.join('.') : ''
  return failure(
    `the ${kind.replace('_', ' ')} ${printable(from)} cannot be renamed to ${printable(to)}`,
    'An answer names what is there now and will be gone, and what will be there and is not yet.',
  )
}

/** What a question is about: one new thing, and those that it may have been. */
interface Candidate {
  kind: string
  to: readonly string[]
  from: (readonly string[])[]
}

async function ask({ screen }: Context, questions: readonly PlanQuestion[]): Promise<Answer[]> {
  const candidates = byNew(questions)
  if (screen.json || !isInteractive()) throw unanswered(candidates, questions)
  screen.done()
  const [first] = candidates
  if (first === undefined) return []
  // One at a time: what was renamed is no candidate for the next.
  const { kind, to, from } = first
  const name = printable(to.join('.'))
  const what = kind.replace('_', ' ')
  const options = [
    `${what} ${name} is new`,
    ...from.map(path => `${printable(path.join('.'))} is renamed to ${name}`),
  ]
  const chosen = await choose(
    `Is the ${what} ${name} new, or another one under a new name?`,
    options,
  )
  const old = from[chosen - 1]
  return [
    old === undefined
      ? { type: 'create', kind, entity: to }
      : { type: 'rename', kind, from: old, to },
  ]
}

function byNew(questions: readonly PlanQuestion[]): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const { kind, from, to } of questions) {
    const key = JSON.stringify([kind, to])
    const candidate = found.get(key) ?? { kind, to, from: [] }
    candidate.from.push(from)
    found.set(key, candidate)
  }
  return [...found.values()]
}

function unanswered(
  candidates: readonly Candidate[],
  questions: readonly PlanQuestion[],
): Question {
  const lines = candidates.map(({ kind, to, from }) => {
    const old = from.map(path => path.join('.')).join(' or ')
    const what = kind.replace('_', ' ')
    return `Is the ${what} ${to.join('.')} new, or is it ${old} under a new name?`
  })
  const hints: Answer[] = candidates.map(({ kind, to }) => ({ type: 'create', kind, entity: to }))
  const [first] = questions
  const renamed: Answer[] = first === undefined ? [] : [first]
  return new Question(
    lines.join('\n'),
    `--answers '${JSON.stringify(renamed)}' where it was renamed, or ` +
      `--answers '${JSON.stringify(hints)}' where it is new`,
    { questions, flag: '--answers' },
  )
}
