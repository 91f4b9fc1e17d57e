/**
 * The first check of a program: the processor time until a schema is read and a query is checked,
 * in a fresh process and in a fresh isolate.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { SCHEMA } from './check-contest.mjs'
import { summary } from './duel.mjs'
import { processorTimeOf } from './first.mjs'
import { bundle } from './isolate.mjs'
import { replyBytes } from './replies.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const QUERY = 'select user_id, email from users where user_id = $1'

const cli = join(root, 'bindings/cli/dist/cli.js')

/** The benchmark's schema as `ballast types` writes it, once for all lines. */
export async function checkSchema() {
  const folder = join(root, 'build/bench/schema')
  const file = join(folder, 'ballast/schema.js')
  const sources = [cli, fileURLToPath(new URL('check-contest.mjs', import.meta.url))]
  const isMade = existsSync(file) &&
    sources.every(source => statSync(source).mtimeMs < statSync(file).mtimeMs)
  if (!isMade) {
    mkdirSync(join(folder, 'migrations'), { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(folder, 'migrations/0000_all.sql'), SCHEMA)
    await promisify(execFile)(process.execPath, [cli, 'types'], { cwd: folder })
    if (!existsSync(file)) throw new Error(`ballast types has not written ${file}`)
  }
  return (await import(pathToFileURL(file).href)).schema
}

const first = {
  ours: `
    import { checker } from 'ballast/check'
    import { schema } from ${JSON.stringify(join(root, 'build/bench/schema/ballast/schema.js'))}
    const { verdict } = checker(schema).check(${JSON.stringify(QUERY)})
    if (verdict !== 'ok') throw new Error(verdict)`,
  theirs: `
    import { loadModule, parseSync } from 'libpg-query'
    await loadModule()
    parseSync(${JSON.stringify(QUERY)})`,
}

/** Milliseconds of CPU that a process of Node takes for a script, all of its threads counted. */
async function processTime(script) {
  const text = `${script}
    const { user, system } = process.cpuUsage()
    console.log((user + system) / 1e3)`
  const args = ['--input-type=module', '-e', text]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
  return Number(stdout)
}

/** The line in Node: libpg-query's load and first parse over our load and first check. */
export async function firstCheckInNode(rounds) {
  await checkSchema()
  const pairs = []
  for (let i = 0; i < rounds; i++) {
    const bare = await processTime('')
    pairs.push([await processTime(first.theirs) - bare, await processTime(first.ours) - bare])
  }
  return {
    name: 'check-first', peer: 'libpg-query 18.1.5, its first parse', aim: 1, gate: 0.7,
    ...summary(pairs),
  }
}

function workerOf(isChecked) {
  const check = isChecked ? first.ours.replace(/const \{ verdict[^]*/, '') : ''
  return `
    import { neon } from 'ballast'
    ${check}
    const sql = neon('postgresql://user:secret@ep-bench.eu-central-1.aws.neon.tech/app'${
      isChecked ? ", { check: checker(schema), onViolation: 'reject' }" : ''})
    export default {
      async fetch() {
        return Response.json(await sql.query(${JSON.stringify(QUERY)}, ['x']))
      },
    }`
}

/**
 * The line in workerd: a Worker's first request without a check, over the same with one. V8 looks
 * through all of the module when the isolate starts, and compiles what the first check calls.
 */
export async function firstCheckInWorkerd(rounds) {
  await checkSchema()
  const scripts = []
  for (const isChecked of [false, true]) {
    const stdin = { contents: workerOf(isChecked), resolveDir: import.meta.dirname }
    scripts.push(await bundle({ stdin }, `first-check-${isChecked}`, { minify: true }))
  }
  const reply = replyBytes('user')
  const pairs = []
  for (let i = 0; i < rounds; i++) {
    pairs.push([
      await processorTimeOf(scripts[0], reply) / 1e6,
      await processorTimeOf(scripts[1], reply) / 1e6,
    ])
  }
  return {
    name: 'check-first', peer: 'the same Worker without a check', aim: 0.9, gate: 0.5,
    ...summary(pairs),
  }
}
