import { Hono } from 'hono'
import * as z from 'zod'
import { type App, database } from './env.ts'
import { Problem } from './errors.ts'
import { limit, readBody, readQuery, text } from './input.ts'

const email = z.email().max(320)
const metadata = z.record(z.string(), z.json()).nullable()
const newUser = z.strictObject({
  user_id: text(200).optional(),
  email,
  metadata: metadata.optional(),
})
const changes = z
  .strictObject({ email: email.optional(), metadata: metadata.optional() })
  .refine(value => value.email !== undefined || value.metadata !== undefined, 'nothing to change')
const page = z.strictObject({ limit, after: text(200).optional() })

/** The routes of `/users`. */
export const users = new Hono<App>()

users.get('/', async c => {
  const { limit, after } = readQuery(c, page)
  const sql = database(c.env)
  // The next page starts after the last key of this one: an index finds it however deep it lies.
  const start = after === undefined ? sql`true` : sql`user_id > ${after}`
  const rows = await sql`
    select user_id, email, created_at, metadata from users
    where ${start} order by user_id limit ${limit + 1}`
  const found = rows.slice(0, limit)
  const last = found.at(-1)
  const next =
    rows.length > limit && last
      ? `/users?limit=${limit}&after=${encodeURIComponent(String(last['user_id']))}`
      : null
  return c.json({ users: found, next })
})

users.post('/', async c => {
  const user = await readBody(c, newUser)
  const sql = database(c.env)
  const id = user.user_id ?? crypto.randomUUID()
  const [row] = await sql`
    insert into users (user_id, email, metadata)
    values (${id}, ${user.email}, ${user.metadata ?? null})
    returning user_id, email, created_at, metadata`
  return c.json(row, 201, { location: `/users/${encodeURIComponent(id)}` })
})

users.get('/:id', async c => {
  const id = userId(c.req.param('id'))
  const sql = database(c.env)
  const [row] =
    await sql`select user_id, email, created_at, metadata from users where user_id = ${id}`
  return c.json(row ?? missing(id))
})

users.patch('/:id', async c => {
  const id = userId(c.req.param('id'))
  const change = await readBody(c, changes)
  const sql = database(c.env)
  const newEmail = change.email === undefined ? sql`email` : sql`${change.email}`
  const newMetadata = change.metadata === undefined ? sql`metadata` : sql`${change.metadata}::jsonb`
  const [row] = await sql`
    update users set email = ${newEmail}, metadata = ${newMetadata} where user_id = ${id}
    returning user_id, email, created_at, metadata`
  return c.json(row ?? missing(id))
})

users.delete('/:id', async c => {
  const id = userId(c.req.param('id'))
  const sql = database(c.env)
  const [row] = await sql`delete from users where user_id = ${id} returning user_id`
  if (row === undefined) missing(id)
  return c.body(null, 204)
})

/** An id that could not have been stored cannot be found either. */
function userId(id: string): string {
  return text(200).safeParse(id).success ? id : missing(id)
}

function missing(id: string): never {
  throw new Problem(404, 'not-found', `There is no user ${JSON.stringify(id.slice(0, 200))}.`)
}
