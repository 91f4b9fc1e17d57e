/**
 * The race: eight runners, each in an isolate of its own, apply the same folder to the same empty
 * database at the same time, the first journal included. Each migration must be applied once,
 * nobody may meet a deadlock or an error, and the losers must say who won.
 *
 *   npm run race -- --rounds 200 --json
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

import { openArena } from '../support/arena.mjs'
import { bundleFiles } from '../support/bundle.mjs'

const runners = 8

/** Small, but of every kind. */
export const raceFolder = {
  '0000_items.sql': `create table items (id int primary key, price int, cents int);
    insert into items select g, g, null from generate_series(1, 60) g;`,
  '0001_counts.sql': 'create table counts (n int); insert into counts values (1);',
  '0002_price.sql': 'create unique index concurrently items_price on items (price);',
  '0003_cents.sql': `update items set cents = price * 100
    where /* ballast:batch key=(id) size=25 */ true;`,
  '0004_two.sql': `alter table items add constraint price_positive check (price > 0) not valid;
    -- ballast:commit
    alter table items validate constraint price_positive;
    insert into counts values (2);`,
}

const deadlockQuery = `select sum(deadlocks) from pg_stat_database where datname like 'arena_%'`

/** Eight isolates that wait for a database and say how it went. */
export async function openRunners(bundle) {
  const file = new URL('./runner.mjs', import.meta.url)
  const workers = Array.from({ length: runners }, () => new Worker(file, { workerData: bundle }))
  await Promise.all(workers.map(worker => once(worker, 'message')))
  return {
    async race(url) {
      const answers = workers.map(worker => once(worker, 'message'))
      for (const worker of workers) worker.postMessage(url)
      return (await Promise.all(answers)).map(([answer]) => answer)
    },
    close: () => Promise.all(workers.map(worker => worker.terminate())),
  }
}

/** One round on a new database. Adds what went wrong to `counts`. */
export async function playRound(arena, racers, tags, counts, report) {
  const database = await arena.database()
  try {
    const answers = await racers.race(database.url)
    for (const { error, summary } of answers) {
      if (error?.code === '40P01') counts.deadlocks++
      const rest = tags.filter(tag => !summary?.applied.includes(tag))
      // What this runner did not apply it has to know as applied by another.
      const told = error === undefined && rest.every(tag => summary.others.includes(tag) ||
        !summary.seen.includes(tag))
      if (!told) {
        counts.errors++
        report(JSON.stringify(error ?? summary))
      }
    }
    const winners = answers.flatMap(({ summary }) => summary?.applied ?? [])
    const [[rows, twice, invalid]] = await database.rows(`select
      (select count(*) filter (where cents = price * 100) from items),
      (select count(*) from counts), (select count(*) from pg_index where not indisvalid)`)
    const [[deadlocks]] = await database.rows(deadlockQuery)
    counts.deadlocks = Math.max(counts.deadlocks, Number(deadlocks))
    const once = tags.every(tag => winners.filter(winner => winner === tag).length === 1)
    if (!once || Number(rows) !== 60 || Number(twice) !== 2 || Number(invalid) !== 0) {
      counts.doubled++
      report(`winners ${winners}, rows ${rows}, counts ${twice}, invalid ${invalid}`)
    }
  } finally {
    await database.drop()
  }
  counts.rounds++
}

/** `rounds` of them. */
export async function playRace(arena, rounds, report) {
  const { bundle } = bundleFiles(raceFolder)
  const tags = bundle.migrations.map(migration => migration.tag)
  const racers = await openRunners(bundle)
  const counts = { rounds: 0, deadlocks: 0, doubled: 0, errors: 0 }
  try {
    for (let round = 0; round < rounds; round++) {
      await playRound(arena, racers, tags, counts, report)
      if (counts.rounds % 20 === 0) report(`${counts.rounds} rounds`)
    }
  } finally {
    await racers.close()
  }
  return counts
}

async function main() {
  const { values: args } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      json: { type: 'boolean', default: false },
    },
  })
  const arena = await openArena()
  try {
    const counts = await playRace(arena, Number(args.rounds), line => console.error(line))
    if (args.json) console.log(JSON.stringify(counts))
    else console.log(Object.entries(counts).map(([name, count]) => `${count} ${name}`).join(', '))
    process.exitCode = counts.deadlocks + counts.doubled + counts.errors > 0 ? 1 : 0
  } finally {
    await arena.close()
  }
}

if (import.meta.filename === process.argv[1]) await main()
