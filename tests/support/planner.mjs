/** The schema tasks of ballast-tools.wasm for tests: a model of a database, its DDL, a plan. */
import { fileURLToPath } from 'node:url'

import { openModule } from './module.mjs'
import { stepper } from './frames.mjs'

const file = fileURLToPath(new URL('../../build/wasm/ballast-tools.wasm', import.meta.url))
let tools

/** Runs one task; throws what it has to say. */
function once(task, body) {
  tools ??= stepper(openModule(file))
  const answer = tools.once(task, body)
  const { error } = answer.head
  if (error) throw Object.assign(new Error(error.message), error)
  return answer
}

let query

/** Reads the model of the database that `ask` asks: SQL in, rows out. */
export async function readModel(ask) {
  query ??= once({ introspection: {} }, '').body
  await ask("select set_config('search_path', '', false)")
  const [{ model }] = await ask(query)
  await ask('reset search_path')
  return toModel(model)
}

/** What the query returned, as a model. */
export function toModel(reply) {
  const { head, body } = once({ model: {} }, reply)
  return { text: body, ...head.done }
}

/** The DDL of a model. */
export const render = (model, settings = {}) => once({ render: settings }, model.text).body

/** What is different, a line for each change. */
export const differenceOf = (from, to) => once({ difference: {} }, `${from.text}\0${to.text}`).body

/** The plan from one model to another, and its text as a migration. */
export function planBetween(from, to, settings = {}) {
  const { head, body } = once({ plan: settings }, `${from.text}\0${to.text}`)
  return { ...JSON.parse(body), script: head.done.script }
}

/** The planner under the round-trip law; both databases are of one server. */
export const planner = {
  plan: async ({ from, to, pair: { settings = {} } = {} }) => {
    const [a, b] = [await readModel(from), await readModel(to)]
    const options = { postgres: b.postgres, ...settings }
    const runnable = plan => ({
      ...plan,
      statements: plan.statements.map(one => ({ ...one, transactional: one.alone !== true })),
    })
    return { ...runnable(planBetween(a, b, options)), down: runnable(planBetween(b, a, options)) }
  },
}
