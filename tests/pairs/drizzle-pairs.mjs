/**
 * `node tests/pairs/drizzle-pairs.mjs IN > OUT`: turns JSON lines with two Drizzle snapshots of
 * format v7, `from` and `to`, into lines `{ name, from, to }` of SQL, each in both directions. What
 * PostgreSQL refuses is left out, and named on stderr with the reason.
 */
import { readFileSync } from 'node:fs'
import { snapshotSql } from './drizzle-snapshot.mjs'
import { openServer } from './servers.mjs'

const [input] = process.argv.slice(2)
if (input === undefined) {
  console.error('node tests/pairs/drizzle-pairs.mjs IN > OUT, where IN has a case on each line')
  process.exit(2)
}

const lines = readFileSync(input, 'utf8').split('\n').filter(line => line.trim() !== '')
const server = await openServer('pglite')
let refused = 0

/** Why the server does not take a script; undefined where it does. */
async function refusal(script) {
  const database = await server.fresh('from')
  try {
    await database.run(script)
    return undefined
  } catch (error) {
    return error.message
  }
}

for (const [index, line] of lines.entries()) {
  const found = JSON.parse(line)
  const name = found.test ?? found.name ?? `case ${index + 1}`
  const both = [found.from, found.to]
  const [from, to] = both.map(snapshot => snapshotSql(snapshot, both))
  const reasons = [['from', await refusal(from)], ['to', await refusal(to)]]
    .filter(([, reason]) => reason !== undefined)
  if (reasons.length > 0) {
    refused++
    console.error(`${name}: ${reasons.map(([side, reason]) => `${side}: ${reason}`).join('; ')}`)
    continue
  }
  console.log(JSON.stringify({ name, from, to }))
  console.log(JSON.stringify({ name: `${name} (back)`, from: to, to: from }))
}
await server.close()
console.error(`${2 * (lines.length - refused)} pairs, ${refused} cases that PostgreSQL refuses`)
