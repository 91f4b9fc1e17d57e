/** The names that Drizzle gives to what the schema does not name. They changed with 1.0. */

/** Whose names hold: those of drizzle-orm before 1.0, or those since. */
export type Naming = '0.45' | '1.0'

/** How keys become names of columns; in 1.0 the schema itself says it. */
export type Casing = 'snake_case' | 'camelCase'

// PostgreSQL cuts longer names, where Drizzle 1.0 takes a hash.
const kMaxName = 63
const kHashLength = 12
const kDigits = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Of a primary key that is declared for the table. Of a column's own, PostgreSQL gives it. */
export function primaryKeyName(naming: Naming, table: string, columns: readonly string[]): string {
  return naming === '1.0' ? `${table}_pkey` : [table, ...columns, 'pk'].join('_')
}

export function foreignKeyName(
  naming: Naming,
  from: { table: string; columns: readonly string[] },
  to: { table: string; columns: readonly string[] },
): string {
  const base = [from.table, ...from.columns, to.table, ...to.columns].join('_')
  if (naming === '0.45') return `${base}_fk`
  const name = `${base}_fkey`
  if (name.length <= kMaxName) return name
  // A hash needs 18 characters of the 63; what is left must hold the table's name.
  const short = `${hashOf(name)}_fkey`
  return from.table.length < 45 ? `${from.table}_${short}` : short
}

export function indexName(table: string, columns: readonly string[]): string {
  return [table, ...columns, 'index'].join('_')
}

/** Drizzle's hash: a polynomial over the characters, written in base 62. */
function hashOf(text: string): string {
  const base = BigInt(kDigits.length)
  const modulus = base ** BigInt(kHashLength)
  let sum = 0n
  let power = 1n
  for (const character of text) {
    sum = (sum + BigInt(character.codePointAt(0) ?? 0) * power) % modulus
    power = (power * 53n) % modulus
  }
  let digits = ''
  for (let i = 0; i < kHashLength; i++) {
    digits = kDigits.charAt(Number(sum % base)) + digits
    sum /= base
  }
  return digits
}

/** The name of a column whose key is its name, as `casing` in Drizzle's configuration makes it. */
export function withCasing(casing: Casing | null, key: string): string {
  if (casing === null) return key
  const words = key
    .replace(/['\u2019]/g, '')
    .match(/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g)
    ?.map(word => (casing === 'snake_case' ? word.toLowerCase() : word))
  if (words === undefined) return ''
  if (casing === 'snake_case') return words.join('_')
  const [first = '', ...rest] = words
  return (
    first.toLowerCase() + rest.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  )
}
