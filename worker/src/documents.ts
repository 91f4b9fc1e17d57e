import { Hono } from 'hono'
import * as z from 'zod'
import { type App, database } from './env.ts'
import { limit, readBody, readQuery, text } from './input.ts'

/** As many dimensions as the column `documents.embedding` has. */
const embedding = z.array(z.number()).length(3)
const newDocument = z.strictObject({ title: text(500), body: text(50_000).nullish(), embedding })
const question = z.strictObject({ embedding, limit })
const page = z.strictObject({
  limit,
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'must be an id')
    .optional(),
})

/** The routes of `/documents`. Ids are 64-bit, so they travel as text. */
export const documents = new Hono<App>()

documents.get('/', async c => {
  const { limit, after } = readQuery(c, page)
  const sql = database(c.env)
  const rows = await sql`
    select id, title, body from documents
    where id > ${after ?? '0'} order by id limit ${limit + 1}`
  const found = rows.slice(0, limit)
  const last = found.at(-1)
  const next = rows.length > limit && last ? `/documents?limit=${limit}&after=${last['id']}` : null
  return c.json({ documents: found, next })
})

documents.post('/', async c => {
  const { title, body, embedding } = await readBody(c, newDocument)
  const sql = database(c.env)
  const [row] = await sql`
    insert into documents (title, body, embedding)
    values (${title}, ${body ?? null}, ${JSON.stringify(embedding)}::vector)
    returning id, title, body`
  return c.json(row, 201)
})

/** The route `/search`: the documents nearest to an embedding, nearest first. */
export const search = new Hono<App>()

search.post('/', async c => {
  const { embedding, limit } = await readBody(c, question)
  const sql = database(c.env)
  const wanted = JSON.stringify(embedding)
  const rows = await sql`
    select id, title, body, embedding <-> ${wanted}::vector as distance
    from documents order by distance, id limit ${limit}`
  return c.json({ documents: rows })
})
