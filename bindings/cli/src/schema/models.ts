/**
 * The three schemas of a project, each as a model that the same server has printed: what a database
 * has, where the folder of migrations leads, and what is wanted.
 */
export { desiredModel } from './desired.js'
export { folderModel } from './folder-model.js'
export { liveModel } from './live.js'
export { differenceOf, planBetween, renderModel } from './planner.js'
export type { Model, Unmodelled } from './planner.js'
