/**
 * A name in double quotes, for SQL that is put together with `sql.unsafe()`.
 *
 * @example
 * await sql`select * from ${sql.unsafe(escapeIdentifier(table))}`
 */
export function escapeIdentifier(name: string): string {
  return '"' + name.replaceAll('"', '""') + '"'
}

/** A string in single quotes, for SQL where a parameter cannot stand. */
export function escapeLiteral(text: string): string {
  const quoted = "'" + text.replaceAll("'", "''").replaceAll('\\', '\\\\') + "'"
  // A backslash means itself or not by a server setting; with E it is always an escape.
  return text.includes('\\') ? ' E' + quoted : quoted
}
