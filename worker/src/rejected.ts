import { BallastError } from 'ballast'
import { Hono } from 'hono'
import * as z from 'zod'
import { check } from './check.ts'
import { type App, database } from './env.ts'
import { readQuery, text } from './input.ts'

const question = z.strictObject({ query: text(2000).default('select emial from users') })

/** The route `/rejected`: a query that is wrong, and what is said of it. Nothing is sent. */
export const rejected = new Hono<App>()

rejected.get('/', async c => {
  const { query } = readQuery(c, question)
  const { verdict } = check.check(query)
  // What is right would run, and that is for nobody to ask for from outside.
  if (verdict !== 'error') return c.json({ query, verdict })
  const sql = database(c.env, 'reject')
  const error: unknown = await sql.query(query).then(() => null, (thrown: unknown) => thrown)
  if (!(error instanceof BallastError)) throw error
  const { code, message, position, detail, hint, suggestion, fate } = error
  return c.json({
    query,
    verdict,
    error: { code, message, position, detail, hint, suggestion, fate },
    shown: position === undefined ? [query] : shown(query, Number(position)),
  })
})

/** The line that a position is in, and a caret below its character. */
function shown(query: string, position: number): string[] {
  const before = [...query].slice(0, position - 1).join('')
  const start = before.lastIndexOf('\n') + 1
  const [line = ''] = query.slice(start).split('\n')
  return [line, ' '.repeat([...before.slice(start)].length) + '^']
}
