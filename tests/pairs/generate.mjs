/**
 * `pair(seed)`: a random schema, a mutated one, and rows for the first, as SQL. One seed gives one
 * pair. `node tests/pairs/generate.mjs SEED [VERSION]` prints it.
 */
import { fileURLToPath } from 'node:url'
import {
  addComposite, addDefaultPrivileges, addDomain, addEnum, addFunction, addPublication, addRange,
  addSchema, addSequence, addStatistics, addView,
} from './add.mjs'
import { addForeign, addTable } from './add-table.mjs'
import { emptySchema, relation } from './model.mjs'
import { mutate } from './mutate.mjs'
import { Names } from './names.mjs'
import { print } from './print.mjs'
import { Random } from './random.mjs'
import { repair } from './repair.mjs'
import { rows } from './rows.mjs'
import { isSortable, suits } from './suits.mjs'

/** What the writers of a schema share: the choices, the names, the schema itself. */
class Generator {
  #last = 1

  constructor(random, version) {
    this.random = random
    this.version = version
    this.names = new Names(random)
    this.schema = emptySchema(version)
  }

  id() {
    return ++this.#last
  }

  /** A comment for some objects, nothing for most. */
  comment() {
    return this.random.chance(0.12) ? `It's about ${this.names.take()}` : null
  }

  relation(id) {
    return relation(this.schema, id)
  }

  suits(method, type) {
    return suits(this.schema, method, type)
  }

  isSortable(type) {
    return isSortable(this.schema, type)
  }
}

function build(g) {
  const { random } = g
  const repeat = (low, high, add) => {
    for (let n = random.between(low, high); n > 0; n--) add(g)
  }
  repeat(1, 2, addSchema)
  repeat(1, 3, addEnum)
  repeat(0, 2, addDomain)
  repeat(0, 2, addComposite)
  repeat(0, 1, addRange)
  repeat(0, 1, addSequence)
  addFunction(g, 'value')
  if (random.chance(0.6)) addFunction(g, 'trigger')
  repeat(2, 4, addTable)
  // Foreign keys between tables that both exist may be cyclic.
  repeat(0, 2, () => addForeign(g, random.pick(g.schema.tables)))
  repeat(0, 3, () => addFunction(g))
  repeat(0, 1, addSequence)
  repeat(0, 3, addView)
  repeat(0, 1, addStatistics)
  repeat(0, 1, addPublication)
  repeat(0, 1, addDefaultPrivileges)
}

/**
 * The pair of a seed.
 * @param {number} seed
 * @param {{ version?: number }} options the major version that may be used in full, 14 by default
 * @returns {{ name: string, from: string, to: string, seed: string, mutations: string[],
 * settings: object }} `mutations` lead from the one to the other, or back; `settings` are those of
 * the planner
 */
export function pair(seed, { version = 14 } = {}) {
  const random = new Random(seed)
  const g = new Generator(random, version)
  build(g)
  const before = repair(g.schema)
  g.schema = structuredClone(before)
  const mutations = []
  const wanted = random.between(3, 12)
  for (let tries = 0; mutations.length < wanted && tries < 200; tries++) {
    const name = mutate(g)
    repair(g.schema)
    if (name !== undefined) mutations.push(name)
  }
  const isBack = random.chance(0.4)
  const [a, b] = isBack ? [g.schema, before] : [before, g.schema]
  if (isBack) mutations.unshift('back from')
  return {
    name: `seed ${seed}`, from: print(a, version), to: print(b, version),
    seed: rows(a, b, random), mutations,
    settings: random.chance(0.3) ? { large: ['*'] } : {},
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [seed = '1', version = '14'] = process.argv.slice(2)
  const { from, to, seed: data, mutations } = pair(Number(seed), { version: Number(version) })
  console.log(`-- from\n${from}\n-- seed\n${data}\n-- to\n${to}\n-- ${mutations.join('\n-- ')}`)
}
