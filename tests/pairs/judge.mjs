/** The judge: whether a planner's plan for a pair keeps the round-trip law. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { difference, facts, isSame } from './facts.mjs'
import { lostRows, photograph } from './rows-kept.mjs'

const run = promisify(execFile)

/**
 * Judges one pair.
 * @param {{ name: string, from: string, to: string, seed?: string }} pair
 * @param {{ server: object, planner: { plan: Function } }} tools the planner's
 * `plan({ from, to, pair })` gets two functions from SQL to rows, of text values, and answers
 * `{ statements: [{ sql, transactional, segment }], deletes, questions }`
 * @returns {Promise<object>} `catalogEqual`, `secondPlanEmpty`, `rowsKept`; the plan, the
 * difference (catalog, dump, second plan, rows), and an error with its stage
 */
export async function judge(pair, { server, planner }) {
  const verdict = {
    name: pair.name, catalogEqual: false, secondPlanEmpty: false, rowsKept: false,
    plan: null, difference: {}, error: null,
  }
  let stage = 'the server'
  const sides = []
  try {
    for (const side of ['from', 'to']) sides.push(await server.fresh(side))
    const [from, to] = sides
    stage = 'loading from'
    await from.run(pair.from)
    stage = 'loading the rows'
    if (pair.seed) await from.run(pair.seed)
    stage = 'loading to'
    await to.run(pair.to)
    const before = await photograph(from.query)
    const factsBefore = await facts(from.query)
    stage = 'planning'
    verdict.plan = await planner.plan({ from: from.query, to: to.query, pair })
    stage = 'applying'
    await apply(from, verdict.plan.statements)
    stage = 'comparing'
    await compare(verdict, server, sides)
    const lost = lostRows(before, await photograph(from.query), verdict.plan.deletes)
    verdict.rowsKept = lost.length === 0
    if (lost.length > 0) verdict.difference.rows = lost
    stage = 'planning again'
    const second = await planner.plan({ from: from.query, to: to.query, pair })
    verdict.secondPlanEmpty = second.statements.length === 0
    const { down, grade } = verdict.plan
    if (down && grade === 'green' && down.grade === 'green') {
      stage = 'going back'
      await apply(from, down.statements)
      const back = difference(await facts(from.query), factsBefore)
      verdict.wentBack = isSame(back)
      if (!verdict.wentBack) verdict.difference.back = back
    }
    if (!verdict.secondPlanEmpty) {
      verdict.difference.secondPlan = second.statements.map(({ sql }) => sql)
    }
  } catch (error) {
    const { message, code, detail, statement } = error
    verdict.error = { stage, message, code, detail, statement }
  } finally {
    for (const side of sides) await side.release()
  }
  return verdict
}

/** Whether a verdict keeps the law. */
export const isKept = ({ catalogEqual, secondPlanEmpty, rowsKept, wentBack }) =>
  catalogEqual && secondPlanEmpty && rowsKept && wentBack !== false

/** Statements of one segment run in one transaction; one that is not transactional runs alone. */
async function apply(database, statements) {
  let open
  const end = async () => {
    if (open !== undefined) await database.run('commit')
    open = undefined
  }
  for (const statement of statements) {
    const segment = statement.transactional === false ? undefined : statement.segment
    try {
      if (open !== segment) await end()
      if (segment !== undefined && open === undefined) {
        await database.run('begin')
        open = segment
      }
      await database.run(statement.sql)
    } catch (error) {
      error.statement = statement.sql
      throw error
    }
  }
  await end()
}

async function compare(verdict, server, [from, to]) {
  const catalog = difference(await facts(from.query), await facts(to.query))
  verdict.catalogEqual = isSame(catalog)
  if (!verdict.catalogEqual) verdict.difference.catalog = catalog
  const dumper = from.url && pgDump(server.version)
  if (!dumper) return
  const dump = difference(await dumpOf(dumper, from.url), await dumpOf(dumper, to.url))
  verdict.dumped = true
  if (isSame(dump)) return
  verdict.catalogEqual = false
  verdict.difference.dump = dump
}

/** The pg_dump of a major version, where there is one on this machine. */
function pgDump(version) {
  const installed = '/usr/lib/postgresql'
  const folders = [
    ...(existsSync(installed) ? readdirSync(installed) : [])
      .filter(name => name === String(version)).map(name => join(installed, name, 'bin')),
  ]
  return folders.map(folder => join(folder, 'pg_dump')).find(path => existsSync(path))
}

/**
 * The lines of a dump, without what depends on the order of columns or of objects, or of storage
 * parameters, of which ALTER TABLE … SET puts a new one last.
 */
async function dumpOf(command, url) {
  const args = ['--schema-only', '--no-owner', '--dbname', url]
  const { stdout } = await run(command, args, { maxBuffer: 64 * 2 ** 20 })
  const lines = stdout.split('\n').filter(line => line !== '' && !/^(--|\\)/.test(line))
  return lines.map(sortLists).sort()
}

function sortLists(line) {
  const sorted = (all, before, list, behind) => before + list.split(', ').sort().join(', ') + behind
  return line.replace(/,$/, '')
    .replace(/^(CREATE STATISTICS .* ON )(.*)( FROM .*)$/, sorted)
    .replace(/^(ALTER PUBLICATION [^(]* \()([^)]*)(\).*)$/, sorted)
    .replace(/^(|.* )(WITH \()([^()]*)(\);?)$/, (all, before, ...rest) =>
      before + sorted(all, ...rest))
}
