// What the entries for migrations promise, in types.
import { BallastError, neon } from 'ballast'
import { expectMigration } from 'ballast/expect'
import { MigrationError, migrationEndpoint, run } from 'ballast/migrate'
import type { Bundle, MigrateEvent, Problem, Status, Summary } from 'ballast/migrate'
import { neon as officialNeon } from '@neondatabase/serverless'

declare const bundle: Bundle
declare const url: string

interface Env {
  URL?: string
  TOKEN?: string
}

// Each action has its own result.
const status: Status = await run(bundle, { url, action: 'status' })
const summary: Summary = await run(bundle, { url, action: 'apply', actor: undefined })
const { requests, loses } = await run(bundle, { url, action: 'plan', to: 'a', undo: true })
export const texts: (string | undefined)[] =
  [status.environment ?? '', summary.running ?? '', requests[0]?.statements[0]?.sql, ...loses]
// @ts-expect-error There is no such action.
await run(bundle, { url, action: 'destroy' })

export function told(event: MigrateEvent): string {
  switch (event.event) {
    case 'applied': return `${event.tag} ${event.segment + 1}/${event.segments}`
    case 'progress': return `${event.phase} ${event.done}/${event.total ?? '?'}`
    default: return event.event
  }
}

export function place(error: unknown): string {
  if (error instanceof MigrationError) {
    const { line, problem }: { line: number | undefined, problem: Problem } = error
    return `${error.file}:${line}: ${problem.message}, after ${error.applied.join()}`
  }
  return error instanceof BallastError ? error.code ?? '' : ''
}

// A Worker's handler: nothing that is secret is given but from its environment.
export const migrate = migrationEndpoint<Env>(bundle, {
  url: env => env.URL,
  environment: () => 'staging',
  tokens: { apply: env => env.TOKEN },
})
export const answer: Promise<Response> =
  migrate(new Request('https://app.test/'), {}, { waitUntil: () => {} })
// @ts-expect-error The token of `apply` has to be said.
migrationEndpoint<Env>(bundle, { url: env => env.URL, environment: () => 'x', tokens: {} })

// Our client and the official one.
await expectMigration(neon(url), '0001_a')
await expectMigration(neon(url, { arrayMode: true, fullResults: true }), '0001_a')
await expectMigration(officialNeon(url), '0001_a')
