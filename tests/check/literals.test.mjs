/**
 * Literals as the checker reads them and as a server does: thousands by hand and by mutation.
 * LITERAL_SEED, LITERAL_ROUNDS (mutations of each text) and LITERAL_SERVER (14 to 18) are for
 * looking further.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { native } from '../support/native.mjs'
import { startPostgres } from '../support/postgres.mjs'
import { families, setup } from './literal-families.mjs'

const program = native('literal_driver')
const seed = Number(process.env.LITERAL_SEED ?? 1)
const rounds = Number(process.env.LITERAL_ROUNDS ?? 4)
const version = Number(process.env.LITERAL_SERVER ?? 17)

/** A seeded generator of numbers below 1. */
function numbers(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function mutate(text, { alphabet, texts }, random) {
  const pick = of => of[Math.floor(random() * of.length)]
  const characters = [...text]
  const changes = 1 + Math.floor(random() * 2)
  for (let i = 0; i < changes; i++) {
    const at = Math.floor(random() * (characters.length + 1))
    const kind = random()
    if (kind < 0.35) characters.splice(at, 0, pick(alphabet))
    else if (kind < 0.6) characters.splice(at, 1)
    else if (kind < 0.8) characters.splice(at, 1, pick(alphabet))
    else if (kind < 0.9) characters.splice(at, 0, ...characters.slice(at, at + 3))
    else characters.push(...pick(['', ' ', ',']), ...pick(texts).slice(0, 20))
  }
  return characters.join('')
}

function literalsOf(family, random) {
  const texts = new Set(family.texts)
  for (const text of family.texts) {
    for (let i = 0; i < rounds; i++) texts.add(mutate(text, family, random))
  }
  return [...texts].filter(text => !text.includes('\0'))
}

/** A text as an element of an array or as a bound, where the family has not such texts itself. */
function wrap(type, name, text) {
  const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`
  if (name === 'arrays' || name === 'ranges' || name === 'named') return text
  if (type.startsWith('_')) return `{${quoted}}`
  return type.endsWith('range') ? `[${quoted},)` : text
}

/** The driver's answers to `[verb, oid, modifier, text]` each. */
function ask(requests) {
  const input = requests.flatMap(([verb, oid, modifier, text]) => {
    const bytes = Buffer.from(text)
    return [Buffer.from(`${verb} ${oid} ${modifier} ${bytes.length}\n`), bytes]
  })
  const run = spawnSync(program, { input: Buffer.concat(input), maxBuffer: 1 << 28 })
  assert.equal(run.status, 0, `${program} ended with ${run.status}: ${run.stderr}`)
  const answers = []
  for (let at = 0; at < run.stdout.length;) {
    const newline = run.stdout.indexOf(10, at)
    const size = Number(run.stdout.toString('latin1', at, newline))
    answers.push(run.stdout.toString('utf8', newline + 1, newline + 1 + size))
    at = newline + 1 + size
  }
  return answers
}

const byError = `
create function read_error(text, text) returns text[] language plpgsql as $$
declare code text; message text; detail text; hint text;
begin
  execute format('select %L::%s', $1, $2);
  return null;
exception when others then
  get stacked diagnostics code = returned_sqlstate, message = message_text,
    detail = pg_exception_detail, hint = pg_exception_hint;
  return array[code, message, detail, hint];
end $$;`

/** What the server says to each: null, or code, message, detail and hint. */
async function askServer(client, type, texts) {
  const { rows } = await client.query({
    text: `select read_error(text, $2) from unnest($1::text[]) with ordinality as one (text, n)
           order by n`,
    values: [texts, type],
    rowMode: 'array',
  })
  return rows.map(([error]) => error?.map(part => part ?? '') ?? null)
}

const counts = { taken: 0, refused: 0, caught: 0, notJudged: 0, falseRefusals: 0, different: 0 }
const table = {}

function compare(type, text, ours, theirs, wrong) {
  const row = (table[type] ??= { taken: 0, refused: 0, caught: 0, notJudged: 0 })
  const count = name => {
    counts[name]++
    row[name] = (row[name] ?? 0) + 1
  }
  const [verdict, ...error] = ours.split('\0')
  assert.ok(['taken', 'refused', 'not judged'].includes(verdict), `${type}: ${ours}`)
  count(theirs === null ? 'taken' : 'refused')
  if (verdict === 'not judged') count('notJudged')
  if (verdict !== 'refused') {
    if (process.env.LITERAL_MISSED && theirs !== null && verdict === 'taken')
      console.log('missed', type, JSON.stringify(text), theirs)
    if (process.env.LITERAL_UNJUDGED && verdict === 'not judged')
      console.log('not judged', type, JSON.stringify(text.slice(0, 200)), theirs)
    return
  }
  if (theirs === null) {
    count('falseRefusals')
    wrong.push({ type, text, ours: error, theirs })
    return
  }
  // A message names a type as the session's search path finds it.
  if (error.every((part, i) => part === theirs[i])) return count('caught')
  count('different')
  wrong.push({ type, text, ours: error, theirs })
}

let server, client, schema
const types = new Map()

before(async () => {
  server = await startPostgres({ version })
  client = new pg.Client(server.url)
  await client.connect()
  await client.query(setup + byError)
  const [query] = ask([['query', 0, -1, '']])
  schema = Object.values((await client.query(query)).rows[0])[0]
  for (const type of new Set(Object.values(families).flatMap(family => family.types))) {
    const { rows } = await client.query({
      text: `select '${type.replaceAll("'", "''")}'::regtype::oid::int8`,
      rowMode: 'array',
    })
    const modified = await client.query(`select null::${type}`)
    types.set(type, { oid: rows[0][0], modifier: modified.fields[0].dataTypeModifier })
  }
})

for (const [name, family] of Object.entries(families)) {
  test(`literals: ${name}`, async () => {
    const wrong = []
    const random = numbers(seed * 1000 + name.length)
    for (const type of family.types) {
      const { oid, modifier } = types.get(type)
      const texts = literalsOf(family, random).map(text => wrap(type, name, text))
      const judged = texts.map(text => ['judge', oid, modifier, text])
      const [added, ...ours] = ask([['add', 0, -1, schema], ...judged])
      assert.equal(added, 'added')
      const theirs = await askServer(client, type, texts)
      for (const [i, text] of texts.entries()) compare(type, text, ours[i], theirs[i], wrong)
    }
    assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} verdicts are not the server's`)
  })
}

after(async () => {
  await client?.end()
  await server?.stop()
  console.table(table)
  console.log({ seed, version, ...counts, share: counts.caught / counts.refused })
  const judged = counts.refused > 0 && counts.caught / counts.refused
  // What differs between the versions is often left to the server.
  const least = version === 17 ? 0.95 : 0.7
  assert.ok(judged > least, `of what the server refuses ${judged} is caught`)
})
