/**
 * `ballast generate` beside `drizzle-kit generate` of both lines, on a Drizzle schema of 10 tables
 * and of 200, and on 200 with a hundred migrations behind them. What is compared is the time on the
 * processor, of the command and of what it starts.
 *
 *   same   nothing has changed
 *   cold   a column came new, and nothing runs that could help
 *   warm   the same beside a `ballast dev`, whose time on the processor is counted in
 */
import { execFile, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { quantile } from './duel.mjs'
import { processorTime } from './first.mjs'

const ROUNDS = 3
const top = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(top, 'bindings/cli/dist/cli.js')

/** Of each size: how many tables, and how many migrations have made them. */
const SIZES = { 10: [10, 1], 200: [200, 1], '200x100': [200, 100] }

/** The tools that are compared, with the package that each schema imports. */
const PEERS = {
  'drizzle-kit 0.31.11': { kit: 'drizzle-kit', orm: 'drizzle-orm' },
  'drizzle-kit 1.0.0-rc.5': { kit: 'drizzle-kit-rc', orm: 'drizzle-orm-rc' },
}
const OURS = 'ballast'

// Of each state: the aim, and the gate of each size. From cold a PostgreSQL is opened, which takes
// 0.8 s of the processor, has the schema loaded into it, 10 ms a table, and is asked for it three
// times, since both ways are proved, where drizzle-kit compares two trees: at 200 tables 0.20x is
// reached from cold and 0.47x beside a warm one, which V8 compiles for the long run, on other
// threads, as the first commands beside it pay for.
const STATES = {
  same: { aim: 1, gates: { 10: 0.7, 200: 0.7, '200x100': 0.7 } },
  warm: { aim: 1, gates: { 10: 0.5, 200: 0.25, '200x100': 0.25 } },
  cold: { aim: 0.33, gates: { 10: 0.2, 200: 0.12, '200x100': 0.12 } },
}

/** A schema of tables that lean on each other; `more` columns at the end of the last one. */
function schemaOf(tables, more = 0) {
  const lines = Array.from({ length: tables }, (_, i) => {
    const parent = i === 0 ? '' : `
  parent: uuid('parent_id').references(() => t${i - 1}.id, { onDelete: 'cascade' }),`
    const extra = Array.from({ length: i === tables - 1 ? more : 0 }, (_, at) => `
  extra${at}: text('extra_${at}'),`).join('')
    return `export const t${i} = pgTable('table_${i}', {
  id: uuid('id').primaryKey().defaultRandom(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  amount: numeric('amount', { precision: 10, scale: 2 }).default('0'),
  mood: mood('mood').default('ok'),
  ok: boolean('ok').notNull().default(true),
  meta: jsonb('meta'),
  created: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),${parent}${extra}
}, t => [index('table_${i}_name_idx').on(t.name)])
`
  })
  return `import { boolean, index, jsonb, numeric, pgEnum, pgTable, text, timestamp, uuid }
  from 'drizzle-orm/pg-core'
export const mood = pgEnum('mood', ['sad', 'ok', 'happy'])
${lines.join('')}`
}

const CONFIG = "export default { dialect: 'postgresql', schema: './schema.ts', out: './drizzle' }\n"

/** A project of a tool's own, in which its schema has been generated once, by drizzle-kit. */
async function project(root, name, [tables, migrations]) {
  const { kit, orm } = PEERS[name] ?? PEERS['drizzle-kit 0.31.11']
  const folder = join(root, `${name.replace(/\W/g, '')}-${tables}x${migrations}`)
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, kit), { recursive: true })
  symlinkSync(join(top, 'node_modules', orm), join(modules, 'drizzle-orm'))
  // A tool takes the drizzle-orm beside it, which of those that are installed is right for one.
  const installed = join(top, 'node_modules', kit, 'bin.cjs')
  const copied = join(modules, kit, 'bin.cjs')
  if (orm !== 'drizzle-orm') cpSync(installed, copied)
  const made = {
    folder,
    kit: existsSync(copied) ? copied : installed,
    write: more => writeFileSync(join(folder, 'schema.ts'), schemaOf(tables, more)),
    migrations,
  }
  writeFileSync(join(folder, 'drizzle.config.ts'), CONFIG)
  for (const more of migrations === 1 ? [0] : [0, 1]) {
    made.write(more)
    // The folders of 1.0 are named by the second.
    await sleep(more * 1000)
    await run([made.kit, 'generate', '--name', `step_${more}`], folder)
  }
  if (migrations > 1) lengthen(join(folder, 'drizzle'), migrations)
  made.write(migrations - 1)
  cpSync(join(folder, 'drizzle'), join(folder, 'before'), { recursive: true })
  return made
}

/** Repeats the last migration of a folder, each time with a column of another number. */
function lengthen(folder, migrations) {
  const journal = join(folder, 'meta/_journal.json')
  const numbers = Array.from({ length: migrations - 2 }, (_, i) => i + 2)
  if (existsSync(journal)) lengthenJournal(folder, journal, numbers)
  else lengthenFolders(folder, numbers)
}

const idOf = i => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
const numbered = (text, i) => text.replaceAll('extra_0', `extra_${i - 1}`)

function lengthenJournal(folder, file, numbers) {
  const journal = JSON.parse(readFileSync(file, 'utf8'))
  const [, last] = journal.entries
  const sql = readFileSync(join(folder, `${last.tag}.sql`), 'utf8')
  const snapshot = JSON.parse(readFileSync(join(folder, 'meta/0001_snapshot.json'), 'utf8'))
  const columns = Object.values(snapshot.tables).find(({ columns }) => columns.extra_0).columns
  for (const i of numbers) {
    const number = String(i).padStart(4, '0')
    const name = `extra_${i - 1}`
    Object.assign(snapshot, { prevId: snapshot.id, id: idOf(i) })
    columns[name] = { ...columns.extra_0, name }
    writeFileSync(join(folder, `meta/${number}_snapshot.json`), JSON.stringify(snapshot, null, 2))
    writeFileSync(join(folder, `${number}_step.sql`), numbered(sql, i))
    journal.entries.push({ ...last, idx: i, when: last.when + i, tag: `${number}_step` })
  }
  writeFileSync(file, JSON.stringify(journal, null, 2))
}

function lengthenFolders(folder, numbers) {
  const last = readdirSync(folder).sort().at(-1)
  const sql = readFileSync(join(folder, last, 'migration.sql'), 'utf8')
  const text = readFileSync(join(folder, last, 'snapshot.json'), 'utf8')
  let { id } = JSON.parse(text)
  for (const i of numbers) {
    const next = { ...JSON.parse(numbered(text, i)), id: idOf(i), prevIds: [id] }
    const at = new Date(Date.now() + i * 1000).toISOString().replace(/\D/g, '').slice(0, 14)
    mkdirSync(join(folder, `${at}_step`))
    writeFileSync(join(folder, `${at}_step/snapshot.json`), JSON.stringify(next, null, 2))
    writeFileSync(join(folder, `${at}_step/migration.sql`), numbered(sql, i))
    id = next.id
  }
}

/** Runs a script of Node's; gives the milliseconds of the processor that all of it took. */
async function run(args, cwd, env = {}) {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 300_000 }
  const timed = "TIMEFORMAT='%3U %3S'; time \"$@\""
  const words = ['-c', timed, 'bash', process.execPath, ...args]
  const { stdout, stderr } = await promisify(execFile)('bash', words, options)
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number)
  return { ms: (user + system) * 1000, text: stdout + stderr }
}

// What a run has to say, so that one that fails, or does nothing, is not a fast one.
const SAYS = { true: /Nothing to do|No schema changes/, false: /Wrote |\[✓\]/ }

/** Runs a tool where nothing has changed, or a column came new, and puts all back after it. */
async function generate(name, { folder, kit, write, migrations }, isSame, env) {
  if (!isSame) write(migrations)
  const command = name === OURS ? [cli] : [kit]
  try {
    const { ms, text } = await run([...command, 'generate', '--name', 'next'], folder, env)
    if (!SAYS[isSame].test(text)) throw new Error(`${name} in ${folder}:\n${text}`)
    return ms
  } finally {
    write(migrations - 1)
    for (const [from, to] of [['before', 'drizzle'], ['cache-before', 'cache']]) {
      if (!existsSync(join(folder, from))) continue
      rmSync(join(folder, to), { recursive: true })
      cpSync(join(folder, from), join(folder, to), { recursive: true })
    }
  }
}

/** The same through the elaborator of a `ballast dev`. */
async function besideDev(ours, env) {
  const args = [cli, 'dev', '--port', '0', '--data', join(ours.folder, 'data'), '--quiet']
  const dev = spawn(process.execPath, args, { cwd: ours.folder, env: { ...process.env, ...env } })
  const notice = join(ours.folder, '.ballast/dev.json')
  const ended = new Promise(resolve => dev.on('close', resolve))
  try {
    for (let i = 0; i < 600 && !existsSync(notice); i++) await sleep(100)
    // Whoever has a warm elaborator has used it before.
    await generate(OURS, ours, false, env)
    const before = processorTime(dev.pid)
    const ms = await generate(OURS, ours, false, env)
    return ms + (processorTime(dev.pid) - before) / 1e6
  } finally {
    dev.kill()
    await ended
    rmSync(join(ours.folder, 'data'), { recursive: true, force: true })
  }
}

/** The times of a size: of each tool and state, a list with one for each round. */
async function measure(root, size, rounds) {
  const projects = {}
  const times = {}
  for (const name of [OURS, ...Object.keys(PEERS)]) {
    projects[name] = await project(root, name, SIZES[size])
  }
  const ours = projects[OURS]
  const env = { XDG_CACHE_HOME: join(ours.folder, 'cache') }
  // The first run ever makes the cluster, and keeps what it has read and where the folder leads.
  await run([cli, 'generate'], ours.folder, env)
  cpSync(join(ours.folder, 'cache'), join(ours.folder, 'cache-before'), { recursive: true })
  cpSync(join(ours.folder, 'drizzle'), join(ours.folder, 'before'), { recursive: true })
  for (let round = 0; round < rounds; round++) {
    const took = async (key, work) => (times[key] ??= []).push(await work())
    for (const [name, peer] of Object.entries(projects)) {
      const given = name === OURS ? env : {}
      await took(`${name} same`, () => generate(name, peer, true, given))
      await took(`${name} cold`, () => generate(name, peer, false, given))
    }
    await took(`${OURS} warm`, () => besideDev(ours, env))
  }
  return times
}

function lineOf(name, peer, { aim, gate }, theirs, ours) {
  const at = (q, list) => quantile(list.toSorted((a, b) => a - b), q)
  const ratios = theirs.map((ms, i) => ms / ours[i])
  return {
    name, peer, aim, gate,
    ratio: at(0.5, ratios), low: at(0.25, ratios), high: at(0.75, ratios),
    officialMs: at(0.5, theirs), oursMs: at(0.5, ours),
  }
}

/**
 * The lines of the contest: a peer's time over ours, in rounds that take all in turn; `brief` is
 * one round of the smallest size, since all of it takes minutes.
 */
export async function generation(brief) {
  const root = mkdtempSync(join(tmpdir(), 'ballast-bench-'))
  const sizes = brief ? ['10'] : Object.keys(SIZES)
  const found = {}
  try {
    for (const size of sizes) found[size] = await measure(root, size, brief ? 1 : ROUNDS)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  const lines = Object.entries(found).flatMap(([size, times]) =>
    Object.entries(STATES).flatMap(([state, { aim, gates }]) =>
      Object.keys(PEERS).map(peer =>
        lineOf(`generate-${size}-${state}`, peer, { aim, gate: gates[size] },
          times[`${peer} ${state === 'same' ? 'same' : 'cold'}`], times[`${OURS} ${state}`]))))
  if (brief) return lines
  const [short, long] = [found[200], found['200x100']].map(times => times[`${OURS} cold`])
  const growth = { aim: 1, gate: 0.8 }
  return [...lines, lineOf('generate-growth', 'ballast on one migration', growth, short, long)]
}
