import type { Context } from 'hono'
import * as z from 'zod'
import { Problem } from './errors.ts'

/** The largest body that is read, in bytes. */
export const maxBody = 64 * 1024

/** A text that PostgreSQL can store: not too long, and without the character it has no room for. */
export function text(max: number): z.ZodString {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\0]*$/u, 'must not contain the null character')
}

/** What a list may be asked for. */
export const limit = z.coerce.number().int().min(1).max(100).default(20)

/** Reads a JSON body and checks it against a schema; throws a `Problem` that names the place. */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Problem(415, 'unsupported-media-type', 'Send the body as application/json.')
  }
  const body = await c.req.text()
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new Problem(400, 'bad-json', 'The body is not JSON.')
  }
  return check(schema, value, '')
}

/** Checks the query string against a schema. */
export function readQuery<T>(c: Context, schema: z.ZodType<T>): T {
  return check(schema, c.req.query(), '?')
}

function check<T>(schema: z.ZodType<T>, value: unknown, prefix: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issues = result.error.issues.map(issue => ({
    path: prefix + issue.path.join('.'),
    message: issue.message,
  }))
  const [first] = issues
  const where = first === undefined || first.path === '' ? 'The body' : first.path
  throw new Problem(400, 'bad-input', `${where}: ${first?.message ?? 'not valid'}`, { issues })
}
