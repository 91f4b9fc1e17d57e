/** Reading the bodies of management calls, part by part; what cannot be read is a 400. */
import type { Context } from 'hono'

import type { When } from './moments.js'
import { ApiError } from './state.js'

type Body = Record<string, unknown>

/** The body as an object; none is one without members. */
export async function bodyOf(c: Context): Promise<Body> {
  const text = await c.req.text()
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body
  } catch {
    // What is no JSON is refused like what is no object.
  }
  throw new ApiError(400, 'the body must be a JSON object')
}

/** An object that a body holds under a key; an empty one where it holds none. */
export function objectIn(body: Body, key: string): Body {
  const value = body[key] ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError(400, `${key} must be an object`)
  }
  return value as Body
}

/** A text that is there, and says something. */
export function text(body: Body, key: string): string | undefined {
  const value = body[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value === '') throw new ApiError(400, `${key} must be a text`)
  return value
}

/** True or false, where it is said. */
export function flag(body: Body, key: string): boolean | undefined {
  const value = body[key]
  if (value !== undefined && typeof value !== 'boolean') {
    throw new ApiError(400, `${key} must be true or false`)
  }
  return value
}

/** A time, where one is given. */
export function time(body: Body, key: string): string | undefined {
  const value = text(body, key)
  if (value !== undefined && Number.isNaN(Date.parse(value))) {
    throw new ApiError(400, `${key} must be a time`)
  }
  return value
}

/** The state of a branch that is meant, of members that begin with `prefix`. */
export function whenOf(body: Body, prefix: string): When {
  const name = (what: string): string => `${prefix}${what}`
  return { lsn: text(body, name('lsn')), timestamp: time(body, name('timestamp')) }
}

/** What kind of compute is asked for. */
export function typeOf(endpoint: Body): NewEndpoint['type'] {
  const type = text(endpoint, 'type')
  if (type !== 'read_write' && type !== 'read_only') {
    throw new ApiError(400, 'a compute is read_write or read_only')
  }
  return type
}

/** A compute that is asked for. */
export interface NewEndpoint {
  type: 'read_write' | 'read_only'
  suspendSeconds: number
}

/** The computes that a new branch is to have. */
export function endpointsOf(body: Body): NewEndpoint[] {
  const given = body['endpoints'] ?? []
  if (!Array.isArray(given)) throw new ApiError(400, 'endpoints must be an array')
  return given.map((each: Body) => ({
    type: typeOf(each),
    suspendSeconds: Number(each['suspend_timeout_seconds'] ?? 0),
  }))
}
