/**
 * Makes a C header of the functions that PostgreSQL has and that touch nothing which their call
 * does not name: the immutable and stable ones, by its own catalog.
 *
 *   node stable_functions.mjs pg_proc.dat stable_functions.h
 */
import { readFileSync, writeFileSync } from 'node:fs'

const [input, output] = process.argv.slice(2)

/** Volatile, since they give another value each time; but they read and write nothing. */
const harmless = new Set([
  'clock_timestamp',
  'gen_random_uuid',
  'pg_sleep',
  'pg_sleep_for',
  'pg_sleep_until',
  'random',
  'random_normal',
  'timeofday',
])

const names = new Set()
const volatile = new Set()
for (const entry of readFileSync(input, 'utf8').split(/^\{ oid => /m)) {
  const name = /\bproname => '(\w+)'/.exec(entry)?.[1]
  if (name === undefined) continue
  names.add(name)
  if (/\bprovolatile => 'v'/.test(entry)) volatile.add(name)
}
if (names.size < 1000) throw new Error(`${input}: only ${names.size} functions`)
const stable = [...names].filter(name => harmless.has(name) || !volatile.has(name)).sort()
const list = stable.map(name => `"${name}",`).join('\n')
writeFileSync(output, `static const char *const kStableFunctions[] = {\n${list}\n};\n`)
