/**
 * An example Worker over Neon: users, documents, and a search by similarity.
 *
 * @module
 */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { documents, search } from './documents.ts'
import type { App, Env } from './env.ts'
import { Problem, toProblem } from './errors.ts'
import { maxBody } from './input.ts'
import { migrate } from './migrate.ts'
import { rejected } from './rejected.ts'
import { users } from './users.ts'

const app = new Hono<App>()

app.onError(error => toProblem(error).toResponse())
app.notFound(() =>
  new Problem(404, 'not-found', 'There is nothing here; GET / lists the routes.').toResponse(),
)
// Before the limit on bodies: it has one of its own, and answers in a form of its own.
app.all('/ballast/migrate', c => migrate(c.req.raw, c.env, c.executionCtx))
app.use(
  bodyLimit({
    maxSize: maxBody,
    onError: () => new Problem(413, 'too-large', `A body may have ${maxBody} bytes.`).toResponse(),
  }),
)

/** Every path with the methods that it takes; also what 405 answers from. */
const routes: Readonly<Record<string, readonly string[]>> = {
  '/': ['GET'],
  '/users': ['GET', 'POST'],
  '/users/:id': ['GET', 'PATCH', 'DELETE'],
  '/documents': ['GET', 'POST'],
  '/search': ['POST'],
  '/rejected': ['GET'],
}

app.get('/', c => c.json({ name: 'ballast-worker', routes }))
app.route('/users', users)
app.route('/documents', documents)
app.route('/search', search)
app.route('/rejected', rejected)

for (const [path, methods] of Object.entries(routes)) {
  const allow = methods.join(', ')
  app.all(path, c => {
    throw new Problem(405, 'method-not-allowed', `${c.req.method} is not served here.`, { allow })
  })
}

export default { fetch: app.fetch } satisfies ExportedHandler<Env>
