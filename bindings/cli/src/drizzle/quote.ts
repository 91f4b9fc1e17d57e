/** Identifiers and literals of PostgreSQL, of values as JavaScript has them. */

/** An identifier as it is written, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A name with its schema, where it has one: without, the search path finds it. */
export function quoteQualified(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
}

/** A text as a literal. A backslash is an ordinary character in `'…'`. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A value as a literal that PostgreSQL casts to what it is compared with or stored as. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return String(value)
  // Two minus signs in a row would begin a comment.
  if (typeof value === 'bigint') return value < 0n ? `(${value})` : String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return quoteText(textOf(value))
    return value < 0 ? `(${value})` : String(value)
  }
  return quoteText(textOf(value))
}

/** An array of any depth as a literal; `separator` is `:` for the types of PostGIS. */
export function arrayLiteral(values: readonly unknown[], separator = ','): string {
  return quoteText(arrayText(values, separator))
}

function arrayText(values: readonly unknown[], separator: string): string {
  // PostgreSQL has one empty array, which has no dimensions.
  if (values.flat(Infinity).length === 0) return '{}'
  const items = values.map(value => {
    if (Array.isArray(value)) return arrayText(value, separator)
    if (value === null || value === undefined) return 'NULL'
    const text = textOf(value)
    return typeof value === 'string' || typeof value === 'object'
      ? `"${text.replace(/["\\]/g, found => `\\${found}`)}"`
      : text
  })
  return `{${items.join(separator)}}`
}

/** A value as its type's input function reads it. */
function textOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return arrayText(value, ',')
  if (typeof value === 'object' && value !== null) return JSON.stringify(value)
  return String(value)
}
