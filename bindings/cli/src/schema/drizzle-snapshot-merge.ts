/** What changed between two states, brought into a third that says the same in other words. */

/** A value as JSON has it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/**
 * `last` is how Drizzle wrote the schema that we know as `before`. What is as it was in `after`
 * stays as Drizzle wrote it, to the letter, and its tools find nothing changed there.
 */
export function merged(last: Json | undefined, before: Json | undefined, after: Json): Json {
  if (last !== undefined && isSame(before, after)) return last
  if (!isObject(last) || !isObject(before) || !isObject(after)) return after
  const out: Record<string, Json> = {}
  const keys = new Set([...Object.keys(last), ...Object.keys(after)])
  for (const key of keys) {
    const [was, said, is] = [before[key], last[key], after[key]]
    if (is === undefined) {
      // What only Drizzle knows of is its own.
      if (was === undefined && said !== undefined) out[key] = said
    } else if (said !== undefined || !isSame(was, is)) out[key] = merged(said, was, is)
  }
  return out
}

/** Whether two values are the same, in whatever order they have their keys. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => isSame(value, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(key => isSame(a[key], b[key]))
}

function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
