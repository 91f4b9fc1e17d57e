/** Random rows for a schema of schemas.mjs, and random values for parameters. */

const quote = text => `'${text.replaceAll("'", "''")}'`
const clock = random => `${random.below(24)}:${random.below(60)}:00`
const day = random => `2024-${1 + random.below(12)}-${1 + random.below(28)}`
const pick = (random, ...list) => random.pick(list)

const makers = [
  [/\[\]$/, (random, n) => pick(random, '{}', `{${n}}`, `{${n},NULL,${n + 1}}`)],
  [/^(text|varchar|char|xml)/, (random, n) => pick(random, `x${n}`, `${n}`, `<a>${n}</a>`)],
  [/^email/, (_, n) => `a${n}@example.com`],
  [/^(int|credits|bigint|integer|smallint)/, random => String(1 + random.below(9))],
  [/^(numeric|percentage|kilograms|money|float|real|double)/, random => `${random.below(9)}.5`],
  [/^bool/, random => pick(random, 't', 'f')],
  [/^timestamp/, random => `${day(random)} ${clock(random)}`],
  [/^date$/, random => day(random)],
  [/^time/, random => clock(random)],
  [/^interval/, random => `${random.below(50)} hours`],
  [/^json/, (random, n) => pick(random, '{}', 'null', '[1]', `{"a":${n},"n":"5","key":null}`)],
  [/^uuid/, (_, n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`],
  [/^bytea/, (_, n) => `\\x0${n % 10}`],
  [/^inet/, (_, n) => `10.0.0.${n % 250}`],
  [/^point/, (random, n) => `(${random.below(9)},${n})`],
  [/^(tstz|date)range/, random => pick(random, 'empty', '[2024-01-01,2024-02-01)', '(,)')],
  [/^dimensions/, (random, n) => pick(random, '(1,2,3)', `(${n},,)`)],
]

/** A value of a type as text; null where none is known to be one. */
export function valueOf(type, random, n, enums = new Map()) {
  const labels = enums.get(type)
  if (labels) return random.pick(labels)
  const found = makers.find(([pattern]) => pattern.test(type))
  return found ? found[1](random, n) : null
}

/** The enums that a schema's SQL makes. */
export function enumsOf(sql) {
  const out = new Map()
  for (const [, name, list] of sql.matchAll(/create type (\w+) as enum \(([^)]*)\)/g)) {
    out.set(name, [...list.matchAll(/'([^']*)'/g)].map(([, label]) => label))
  }
  return out
}

/** Tables after those that they cannot be without. */
function ordered(tables) {
  const out = []
  const visit = table => {
    if (out.includes(table)) return
    for (const { target, nullable } of table.columns) {
      if (target && !nullable && target !== table.name) {
        visit(tables.find(({ name }) => name === target))
      }
    }
    out.push(table)
  }
  tables.forEach(visit)
  return out
}

function rowOf(table, n, sizes, random, enums) {
  const values = []
  for (const column of table.columns) {
    if (column.identity) {
      values.push(String(n))
    } else if (column.nullable && random.chance(0.4)) {
      values.push('null')
    } else if (column.target) {
      const there = sizes.get(column.target) ?? 0
      if (there === 0 && !column.nullable) return null
      values.push(there === 0 ? 'null' : String(1 + random.below(there)))
    } else {
      // What is unique is told apart by its number, as far as the type has room for it.
      const one = /^int/.test(column.type) ? String(n) : `u${n}`
      const word = column.unique && /text|char|^int/.test(column.type) ? one : undefined
      const value = word ?? valueOf(column.type, random, n, enums) ?? ''
      const [, room = 99] = /char\((\d+)\)/.exec(column.type) ?? []
      values.push(quote(value.slice(-room)))
    }
  }
  return `(${values.join(', ')})`
}

/** The SQL that fills a schema's tables; some stay empty. */
export function fillSql(schema, random) {
  const enums = enumsOf(schema.sql)
  const sizes = new Map()
  const out = []
  for (const table of ordered(schema.tables)) {
    const size = random.chance(0.1) ? 0 : 1 + random.below(9)
    const rows = []
    for (let n = 1; n <= size; n++) {
      const row = rowOf(table, rows.length + 1, sizes, random, enums)
      if (row !== null) rows.push(row)
    }
    sizes.set(table.name, rows.length)
    if (rows.length === 0) continue
    out.push(`insert into "${table.name}" values ${rows.join(', ')} on conflict do nothing;`)
  }
  return out.join('\n')
}
