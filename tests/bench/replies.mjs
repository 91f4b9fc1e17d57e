/** The replies of the contest, as a Neon endpoint's bytes: seeded, so always the same. */

const OID = {
  bool: 16, bytea: 17, int8: 20, int4: 23, text: 25, float8: 701, timestamptz: 1184, numeric: 1700,
  jsonb: 3802, float8s: 1022, texts: 1009, vector: 16_400,
}

function generator(seed) {
  let state = seed >>> 0
  return limit => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0
    return Math.floor(state / 2 ** 32 * limit)
  }
}

function field([name, type]) {
  return {
    name, dataTypeID: OID[type], tableID: 16_390, columnID: 1, dataTypeSize: -1,
    dataTypeModifier: -1, format: 'text',
  }
}

function reply(columns, rows, makeRow) {
  const pick = generator(7)
  return {
    fields: Object.entries(columns).map(field),
    rows: Array.from({ length: rows }, (_, i) => makeRow(i, pick)),
    command: 'SELECT',
    rowCount: rows,
    rowAsArray: true,
  }
}

const WORDS = 'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor'
  .split(' ')
const UNICODE = 'приве́т мир 日本語の文章 ελληνικά Zürich café naïve 😀 текст'.split(' ')

function sentence(pick, words, length) {
  let text = ''
  while (text.length < length) text += words[pick(words.length)] + ' '
  return text
}

function instant(pick) {
  const date = new Date(1.6e12 + pick(1e9) * 100)
  return date.toISOString().replace('T', ' ').replace('Z', '') + String(pick(900) + 100) + '+00'
}

const MIXED = {
  id: 'int4', account: 'int8', name: 'text', email: 'text', balance: 'numeric', score: 'float8',
  created_at: 'timestamptz', metadata: 'jsonb',
}

function mixed(i, pick) {
  const name = WORDS[pick(WORDS.length)] + i
  return [
    String(i), String(10 ** 12 + i), name, name + '@example.org', (pick(1e6) / 100).toFixed(2),
    String(pick(1e6) / 1e3), instant(pick),
    JSON.stringify({ plan: WORDS[pick(WORDS.length)], seats: pick(100), beta: i % 2 === 0 }),
  ]
}

const MADE = {
  small: () => reply(
    { user_id: 'text', email: 'text', age: 'int4', active: 'bool', score: 'float8' }, 1,
    () => ['user_01', 'ada@example.org', '36', 't', '9.5'],
  ),
  user: () => reply(
    { user_id: 'text', email: 'text' }, 1, () => ['user_01', 'ada@example.org'],
  ),
  mixed: () => reply(MIXED, 1000, mixed),
  numbers: () => reply(
    { a: 'int4', b: 'float8', c: 'int4', d: 'float8' }, 100_000,
    (i, pick) => [String(i), String(pick(1e9) / 1e4), String(pick(1e6)), String(pick(1e9) / 1e7)],
  ),
  ascii: () => reply(
    { a: 'text', b: 'text', c: 'text' }, 20_000,
    (i, pick) => [110, 110, 110].map(length => sentence(pick, WORDS, length)),
  ),
  unicode: () => reply(
    { a: 'text', b: 'text', c: 'text' }, 20_000,
    (i, pick) => [70, 70, 70].map(length => sentence(pick, UNICODE, length)),
  ),
  arrays: () => reply(
    { points: 'float8s', tags: 'texts' }, 2000,
    (i, pick) => [
      `{${Array.from({ length: 64 }, () => pick(1e6) / 1e3).join()}}`,
      `{${Array.from({ length: 8 }, () => WORDS[pick(WORDS.length)]).join()}}`,
    ],
  ),
  bytes: () => reply(
    { data: 'bytea' }, 1000,
    (i, pick) => ['\\x' + Array.from({ length: 1024 }, () =>
      pick(256).toString(16).padStart(2, '0')).join('')],
  ),
  vectors: () => reply(
    { embedding: 'vector' }, 500,
    (i, pick) => [`[${Array.from({ length: 1536 }, () =>
      String(Math.fround((pick(2e6) - 1e6) / 1e6)).slice(0, 11)).join()}]`],
  ),
}

/** The bytes of the reply `name`. */
export function replyBytes(name) {
  return new TextEncoder().encode(JSON.stringify(MADE[name]()))
}
