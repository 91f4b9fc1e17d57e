/** What `ballast-tools.wasm` knows of schemas: models, their DDL, what is between two of them. */
import { runTool } from '../tools.js'
import type { Plan, PlanSettings } from './plan.js'

/** What the catalog has and a model does not. */
export interface Unmodelled {
  kind: string
  name: string
  why: string
}

/** A schema. Only models that the same server has printed can be compared. */
export interface Model {
  /** Canonical JSON, an object to a line. */
  text: string
  /** The major version of the server that printed it. */
  postgres: number
  unmodelled: readonly Unmodelled[]
}

let query: string | undefined

/** The query that a model is read by. It wants an empty `search_path` and gives one cell. */
export async function introspectionQuery(): Promise<string> {
  query ??= (await runTool('introspection', {}, '', { mayReuse: true })).body
  return query
}

/** The model of what that query gave. */
export async function modelOf(cell: string): Promise<Model> {
  const { done, body } = await runTool('model', {}, cell, { mayReuse: true })
  const { postgres, unmodelled } = done as { postgres: number; unmodelled: Unmodelled[] }
  return { text: body, postgres, unmodelled }
}

/** The statements that make a schema in an empty database of that major version. */
export async function renderModel(model: Model, postgres: number): Promise<string> {
  return (await runTool('render', { postgres }, model.text)).body
}

/** The way from one schema to another. */
export async function planBetween(from: Model, to: Model, settings: PlanSettings): Promise<Plan> {
  return planOf('plan', from, to, settings)
}

/** The statements that carry out the renames among the answers. */
export async function renameBetween(from: Model, to: Model, settings: PlanSettings): Promise<Plan> {
  return planOf('rename', from, to, settings)
}

async function planOf(task: string, from: Model, to: Model, settings: PlanSettings): Promise<Plan> {
  const { done, body } = await runTool(task, settings, both(from, to))
  const plan = JSON.parse(body) as Omit<Plan, 'script'>
  return { ...plan, script: String(done['script']) }
}

/** What is different, a line for each change; empty where nothing is. */
export async function differenceOf(from: Model, to: Model): Promise<string> {
  if (from.text === to.text) return ''
  return (await runTool('difference', {}, both(from, to), { mayReuse: true })).body
}

function both(from: Model, to: Model): string {
  return `${from.text}\0${to.text}`
}
