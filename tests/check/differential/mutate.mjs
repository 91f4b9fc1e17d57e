/**
 * Ways in which a good query is made a bad one, or another good one: what people get wrong. Each
 * takes a query's tokens and gives a text, or null where it finds nothing to do.
 */

const pattern = new RegExp(
  [
    "'(?:[^']|'')*'",
    '"(?:[^"]|"")*"',
    '\\$\\d+',
    '\\d+(?:\\.\\d+)?',
    '[a-z_][a-z0-9_]*',
    '::',
    '[-+*/<>=~!@#%^&|?]+',
    '\\s+',
    '.',
  ].join('|'),
  'gis',
)

const isWord = token => /^[a-z_]/i.test(token ?? '')
const isSpace = token => /^\s/.test(token ?? '')

const keywords = new Set(
  `all and any array as asc between bigint by case cast char conflict count cross current_date cube
  date default delete desc distinct do else end except exists extract false filter first for from
  full group having ilike in inner insert int integer intersect interval into is join key last
  lateral left like limit locked lower matched merge not nothing null nulls offset on or order outer
  over partition recursive returning right rollup row select set skip some table text then true
  union update using values when where window with within year`.split(/\s+/),
)

export function tokensOf(sql) {
  return sql.match(pattern)
}

/** What is left of a text where a finger slips. */
export function misspell(word, random) {
  const at = random.below(word.length)
  switch (random.below(4)) {
    case 0: return word.slice(0, at) + word.slice(at + 1) || `${word}x`
    case 1: return word.slice(0, at) + word[at] + word.slice(at)
    case 2: return `${word}s`
    default: {
      const next = word[at + 1] ?? 'q'
      return word.slice(0, at) + next + word[at] + word.slice(at + 2)
    }
  }
}

/** A query's tokens without space, with where they stand among all. */
function readable(tokens) {
  return tokens.map((text, at) => ({ text, at })).filter(({ text }) => !isSpace(text))
}

function put(tokens, at, ...texts) {
  return [...tokens.slice(0, at), ...texts, ...tokens.slice(at + 1)].join('')
}

/** The end of what begins at `from`: where one of the words, or a closing bracket, comes. */
function endOf(list, from, words) {
  let depth = 0
  for (let i = from; i < list.length; i++) {
    const text = list[i].text.toLowerCase()
    if (text === '(') depth++
    if (text === ')' && --depth < 0) return i
    if (depth === 0 && words.has(text)) return i
  }
  return list.length
}

const clauses = new Set([
  ...['where', 'group', 'having', 'order', 'limit', 'offset', 'for', 'union', 'window', 'on'],
  ...['set', 'returning', 'when', 'join', 'left', 'right', 'full', 'cross', 'inner'],
])
const afterGroup = new Set('having order limit offset for union window'.split(' '))

/** Cuts from one token to another out of the text. */
function without(tokens, list, from, to) {
  const end = to < list.length ? list[to].at : tokens.length
  return [...tokens.slice(0, list[from].at), ' ', ...tokens.slice(end)].join('')
}

/** The aliases that a query gives to what it reads. */
function aliasesOf(list) {
  const out = []
  for (const [i, { text }] of list.entries()) {
    if (!/^(from|join|using|update|into)$/i.test(text)) continue
    const name = list[i + 1]?.text
    const as = /^as$/i.test(list[i + 2]?.text ?? '') ? 1 : 0
    const alias = list[i + 2 + as]
    if (!isWord(name) || !isWord(alias?.text) || keywords.has(alias.text.toLowerCase())) continue
    out.push({ name, alias: alias.text, from: i + 2, to: i + 3 + as })
  }
  return out
}

const types = [
  ...['int', 'text', 'boolean', 'date', 'timestamptz', 'jsonb', 'uuid', 'int[]', 'interval'],
]
const literals = [
  ...["'abc'", '1', 'true', 'now()', "'{}'::jsonb", 'null', '1.5', "'2024-02-30'", "array['a']"],
  ...["'12'", "interval '1 day'", "'{1,2}'", '$9', "'1 fortnight'", 'current_date'],
]

export const operators = {
  renameColumn({ tokens, list, columns, near, random }) {
    const fit = list.filter(({ text }) => columns.has(text))
    if (fit.length === 0) return null
    const { text, at } = random.pick(fit)
    const names = random.chance(0.7) ? near : [...columns]
    return put(tokens, at, random.chance(0.4) ? misspell(text, random) : random.pick(names))
  },
  renameTable({ tokens, list, tables, random }) {
    const fit = list.filter(({ text }) => tables.has(text))
    if (fit.length === 0) return null
    const { text, at } = random.pick(fit)
    const other = random.chance(0.5) ? misspell(text, random) : random.pick([...tables])
    return put(tokens, at, other)
  },
  dropAlias({ tokens, list, random }) {
    const fit = aliasesOf(list)
    if (fit.length === 0) return null
    const { from, to } = random.pick(fit)
    return without(tokens, list, from, to)
  },
  otherAlias({ tokens, list, random }) {
    const aliases = aliasesOf(list).map(({ alias }) => alias)
    const fit = list.filter(({ text }, i) => aliases.includes(text) && list[i + 1]?.text === '.')
    if (fit.length === 0) return null
    const { at } = random.pick(fit)
    return put(tokens, at, random.pick([...aliases, 'q', aliasesOf(list)[0].name]))
  },
  swapCast({ tokens, list, random }) {
    const fit = list.filter((_, i) => list[i - 1]?.text === '::')
    if (fit.length === 0) return null
    return put(tokens, random.pick(fit).at, random.pick(types))
  },
  swapValue({ tokens, list, random }) {
    const fit = list.filter(({ text }) => /^(\$\d+|\d|')/.test(text))
    if (fit.length === 0) return null
    return put(tokens, random.pick(fit).at, random.pick(literals))
  },
  castColumn({ tokens, list, columns, random }) {
    const fit = list.filter(({ text }) => columns.has(text))
    if (fit.length === 0) return null
    const { text, at } = random.pick(fit)
    return put(tokens, at, `${text}::${random.pick(types)}`)
  },
  removeGroupItem({ tokens, list, random }) {
    const isGroupBy = ({ text }, i) => /^group$/i.test(text) && list[i + 1]?.text === 'by'
    const group = list.findIndex(isGroupBy)
    if (group < 0) return null
    const end = endOf(list, group + 2, afterGroup)
    const commas = [group + 1]
    let depth = 0
    for (let i = group + 2; i < end; i++) {
      if (list[i].text === '(') depth++
      if (list[i].text === ')') depth--
      if (list[i].text === ',' && depth === 0) commas.push(i)
    }
    if (commas.length === 1) return without(tokens, list, group, end)
    const item = random.below(commas.length)
    const from = item === 0 ? group + 2 : commas[item]
    const to = item === 0 ? commas[1] + 1 : (commas[item + 1] ?? end)
    return without(tokens, list, from, to)
  },
  addTarget({ tokens, list, near, random }) {
    const fit = list.filter(({ text }) => /^(select|returning)$/i.test(text))
    if (fit.length === 0) return null
    const { text, at } = random.pick(fit)
    const aliases = aliasesOf(list).map(({ alias }) => `${alias}.`)
    const name = random.pick(['', ...aliases]) + random.pick([...near, 'id', '*'])
    const target = random.pick([name, name, `max(${name})`, `lower(${name})`, `${name} + 1`])
    return put(tokens, at, `${text} ${target.replace('(*', '(')},`)
  },
  misspellFunction({ tokens, list, random }) {
    const fit = list.filter(
      ({ text }, i) =>
        isWord(text) && list[i + 1]?.text === '(' && !keywords.has(text.toLowerCase()),
    )
    if (fit.length === 0) return null
    const { text, at } = random.pick(fit)
    return put(tokens, at, random.chance(0.7) ? misspell(text, random) : random.pick(functions))
  },
  otherArguments({ tokens, list, random }) {
    const fit = list.filter(({ text }, i) => text === '(' && isWord(list[i - 1]?.text))
    if (fit.length === 0) return null
    return put(tokens, random.pick(fit).at, `(${random.pick(literals)}, `)
  },
  dropFrom({ tokens, list, random }) {
    const joins = [...list.keys()].filter(i => /^join$/i.test(list[i].text))
    if (joins.length === 0) return null
    const join = random.pick(joins)
    const from = /^(left|right|full|cross|inner)$/i.test(list[join - 1].text) ? join - 1 : join
    const on = endOf(list, join + 1, clauses)
    const to = /^on$/i.test(list[on]?.text ?? '') ? endOf(list, on + 1, clauses) : on
    return without(tokens, list, from, to)
  },
  swapOperator({ tokens, list, random }) {
    const fit = list.filter(({ text }) => /^[-+<>=~|@&?]+$/.test(text))
    if (fit.length === 0) return null
    const others = ['=', '+', '||', '@>', '~', '->>', '<', '&&', 'is distinct from', 'like', '<->']
    return put(tokens, random.pick(fit).at, random.pick(others))
  },
  dropToken({ tokens, list, random }) {
    return put(tokens, random.pick(list).at, '')
  },
  position({ tokens, list, random }) {
    const fit = list.filter(({ text }, i) => text === 'by' && !/partition/.test(list[i - 1]?.text))
    if (fit.length === 0) return null
    return put(tokens, random.pick(fit).at, `by ${random.pick(['99', '1', 'nowhere', "'a'"])},`)
  },
  nested({ tokens, list, random }) {
    const fit = list.filter(({ text }, i) => isWord(text) && list[i - 1]?.text === 'where')
    if (fit.length === 0) return null
    const { text, at } = random.pick(fit)
    const added = random.pick(['count(*) > 1', '1', "'x'", 'row_number() over () = 1'])
    return put(tokens, at, `${added} and ${text}`)
  },
}

const functions = [
  ...['lower', 'count', 'sum', 'unnest', 'jsonb_agg', 'date_trunc', 'row_number', 'now'],
]

/** Different mutants of a query, `count` at most. */
export function mutantsOf(sql, schema, random, count) {
  const tokens = tokensOf(sql)
  const list = readable(tokens)
  const tables = new Set(schema.tables.map(({ name }) => name))
  const all = new Set(schema.tables.flatMap(({ columns }) => columns.map(({ name }) => name)))
  // Those of the query's own tables, which are often right.
  const read = new Set(list.map(({ text }) => text))
  const near = schema.tables
    .filter(({ name }) => read.has(name))
    .flatMap(({ columns }) => columns.map(({ name }) => name))
    .concat('id')
  const names = Object.keys(operators)
  const start = random.below(names.length)
  const out = new Map()
  for (let tries = 0; out.size < count && tries < 6 * count; tries++) {
    const name = names[(start + tries) % names.length]
    const mutant = operators[name]({ tokens, list, columns: all, near, tables, random })
    if (mutant !== null && mutant !== sql) out.set(mutant, name)
  }
  return [...out].map(([text, operator]) => ({ sql: text, operator }))
}
