/**
 * A hundred small migrations on an empty database, over HTTP: `run()` of ballast/migrate against
 * the neon-http migrators of drizzle-orm, which send their requests by the official driver. All go
 * to the same endpoint, in front of a PostgreSQL, and each request is held up for 30 ms on its way.
 *
 * What is timed is the call that applies, its first connection included. Ours has its bundle at
 * hand, since that is made at deployment; Drizzle reads its folder, 2 ms or so of its time.
 *
 * Run by itself with a peer and a job, it is the process that applies.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { quantile } from './duel.mjs'

const COUNT = 100
const LATENCY_MS = 30
const MAX_REQUESTS = 3

/** The migrators that ours is compared to, with the folder that they read. */
const PEERS = {
  'drizzle-orm 1.0.0-rc.5': { package: 'drizzle-orm-rc', layout: 'v9' },
  'drizzle-orm 0.45.4': { package: 'drizzle-orm', layout: 'v7' },
}

/** Ours with its own journal alone, and as a Drizzle project has it, with Drizzle's table too. */
const OURS = {
  'migrate-100': null,
  'migrate-100-both': { schema: 'drizzle', table: '__drizzle_migrations' },
}

// Of each line: peer, ours, aim, gate.
const LINES = [
  // Both send one batch, so most of their time is the server's, on the same hundred statements. On
  // a shared machine that alone differs by a tenth and more from one time to the next.
  ['drizzle-orm 1.0.0-rc.5', 'migrate-100', 1, 0.7],
  // 0.8 to 1.0: as many inserts as theirs, and our journal.
  ['drizzle-orm 1.0.0-rc.5', 'migrate-100-both', 1, 0.6],
  // 11.8 to 21 by the machine, 9.9 on a busy one.
  ['drizzle-orm 0.45.4', 'migrate-100', 10, 7],
  // 10 to 18 on a busy machine, for the same reason.
  ['drizzle-orm 0.45.4', 'migrate-100-both', 10, 7],
]

/**
 * One statement each: the best case of a migrator that sends one at a time, as 0.45 does. Every
 * other one touches the table of the one before.
 */
function statements() {
  return Array.from({ length: COUNT }, (_, i) => i % 2 === 0
    ? `create table t${i} (id int primary key, name text);`
    : `create index on t${i - 1} (name);`)
}

/** Drizzle's folder with these migrations, as drizzle-kit of 0.45 (v7) or of 1.0 (v9) writes it. */
function folder(layout) {
  const from = Date.UTC(2026, 0, 1)
  const steps = statements().map((sql, idx) => ({ sql, idx, when: from + idx * 86_400_000 }))
  if (layout === 'v9') {
    const name = when => new Date(when).toISOString().replace(/\D/g, '').slice(0, 14)
    return Object.fromEntries(steps.flatMap(({ sql, when }) => [
      [`${name(when)}_step/migration.sql`, sql],
      [`${name(when)}_step/snapshot.json`, '{"version":"9","dialect":"postgres"}'],
    ]))
  }
  const tag = idx => `${String(idx).padStart(4, '0')}_step`
  const entries = steps.map(({ idx, when }) => (
    { idx, version: '7', when, tag: tag(idx), breakpoints: true }))
  return {
    'meta/_journal.json': JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
    ...Object.fromEntries(steps.map(({ sql, idx }) => [`${tag(idx)}.sql`, sql])),
  }
}

function write(root, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** Applies in this process: gives the milliseconds that it took, and how many requests. */
async function apply(peer, { url, endpoint, root }) {
  const plain = globalThis.fetch
  let requests = 0
  globalThis.fetch = async (...args) => {
    requests++
    await new Promise(resolve => setTimeout(resolve, LATENCY_MS))
    return plain(...args)
  }
  const migrate = peer in OURS ? await our(peer, url, root) : await their(peer, url, endpoint, root)
  const start = performance.now()
  await migrate()
  return { ms: performance.now() - start, requests }
}

async function our(name, url, root) {
  const { run } = await import('ballast/migrate')
  const bundle = JSON.parse(readFileSync(join(root, `${name}.json`), 'utf8'))
  return () => run(bundle, { url, action: 'apply' })
}

async function their(peer, url, endpoint, root) {
  const { package: name, layout } = PEERS[peer]
  const { neon, neonConfig } = await import('@neondatabase/serverless')
  const { drizzle } = await import(`${name}/neon-http`)
  const { migrate } = await import(`${name}/neon-http/migrator`)
  neonConfig.fetchEndpoint = () => endpoint
  const client = neon(url)
  const database = layout === 'v7' ? drizzle(client) : drizzle({ client })
  return () => migrate(database, { migrationsFolder: join(root, layout) })
}

/** The same on a new database, in a process of its own. */
async function measure(arena, peer, root) {
  const database = await arena.database()
  try {
    const job = JSON.stringify({ url: database.url, endpoint: database.endpoint, root })
    const self = fileURLToPath(import.meta.url)
    const { stdout } = await promisify(execFile)(process.execPath, [self, peer, job])
    const [[made]] = await database.rows(`select count(*) from pg_class
      where relnamespace = 'public'::regnamespace and relname ~ '^t\\d+(_name_idx)?$'`)
    if (Number(made) !== COUNT) throw new Error(`${peer} has applied ${made} of ${COUNT}`)
    return JSON.parse(stdout)
  } finally {
    await database.drop()
  }
}

/** The lines of the contest: a peer's time over ours, in rounds that take all in turn. */
export async function migrations(rounds) {
  // Not before they are needed: the process that applies should not have to load them.
  const { openArena } = await import('../support/arena.mjs')
  const { bundleFiles } = await import('../support/bundle.mjs')
  const root = mkdtempSync(join(tmpdir(), 'ballast-bench-'))
  const arena = await openArena()
  const names = Object.keys({ ...OURS, ...PEERS })
  const found = Object.fromEntries(names.map(name => [name, []]))
  try {
    for (const layout of ['v7', 'v9']) write(join(root, layout), folder(layout))
    for (const [name, drizzle] of Object.entries(OURS)) {
      const { bundle } = bundleFiles(folder('v7'), { drizzle })
      writeFileSync(join(root, `${name}.json`), JSON.stringify(bundle))
    }
    for (let round = 0; round < rounds; round++) {
      // In either order, so that nobody is always the first.
      for (const name of round % 2 === 0 ? names : names.toReversed()) {
        found[name].push(await measure(arena, name, root))
      }
    }
  } finally {
    await arena.close()
    rmSync(root, { recursive: true })
  }
  return LINES.map(([peer, name, aim, gate]) =>
    ({ peer, name, aim, gate, ...compare(found[peer], found[name]) }))
}

function compare(theirs, ours) {
  const at = (q, list) => quantile(list.toSorted((a, b) => a - b), q)
  const ratios = theirs.map(({ ms }, i) => ms / ours[i].ms)
  const time = list => at(0.5, list.map(({ ms }) => ms))
  const most = list => Math.max(...list.map(({ requests }) => requests))
  return {
    ratio: at(0.5, ratios), low: at(0.25, ratios), high: at(0.75, ratios),
    officialMs: time(theirs), oursMs: time(ours),
    requests: { theirs: most(theirs), ours: most(ours), gate: MAX_REQUESTS },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [peer, job] = process.argv.slice(2)
  console.log(JSON.stringify(await apply(peer, JSON.parse(job))))
}
