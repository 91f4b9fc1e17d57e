/** A line of the checker in Node, for a process of its own: `node line-check.mjs NAME ROUNDS`. */
import { PGlite } from '@electric-sql/pglite'
import { checker } from 'ballast/check'
import { loadModule, parseSync } from 'libpg-query'
import { importInternal } from '../support/internal.mjs'
import { SCHEMA, checkContest } from './check-contest.mjs'
import { checkSchema } from './check.mjs'

const [name, rounds] = process.argv.slice(2)
await loadModule()
const { Memory } = await importInternal('check/memory.ts')
const options = { checker: checker(await checkSchema()), Memory, rounds: Number(rounds) }
const pglite = await PGlite.create()
await pglite.exec(SCHEMA)
const peers = { pglite: text => pglite.describeQuery(text), parser: parseSync }
const lines = []
for (const [peer, theirs] of Object.entries(peers)) {
  lines.push(await checkContest(name, { ...options, peer, theirs, isWorkerd: false }))
}
await pglite.close()
console.log(JSON.stringify(lines))
