/** Migrations as a route of a Worker: GET tells how things stand, POST plans, applies, undoes. */
import { Refusal, admit } from './admission.ts'
import type { Command } from './admission.ts'
import { refused, streamed, whole } from './answer.ts'
import type { Work } from './answer.ts'
import type { EndpointSettings, MigrationHandler } from './settings.ts'
import type { Bundle, MigrateOptions, Plan, Status, Summary } from './types.ts'

/** What runs: `run` of this package. */
export type Run = (bundle: Bundle, options: MigrateOptions) => Promise<Summary | Plan | Status>

// Of the 50 subrequests of a free plan, so that the Worker has some left for itself.
const REQUESTS = 45
// A caller that goes away leaves 30 seconds, in which what was begun has to end.
const MS = 25_000
const HOLD_MS = 20_000

/** An endpoint that runs by `run`. */
export function endpointOver<Env>(
  run: Run, bundle: Bundle, settings: EndpointSettings<Env>,
): MigrationHandler<Env> {
  const { details = false } = settings
  return async (request, env, ctx) => {
    try {
      const command = await admit(request, env, bundle, settings)
      const options = optionsOf(command, env, settings)
      const work: Work = onEvent => run(bundle, { ...options, onEvent })
      if (request.method === 'GET') return await whole(work, details, ctx, status => status)
      return wantsWhole(request)
        ? await whole(work, details, ctx, done => ({ done }))
        : streamed(work, details, ctx)
    } catch (error) {
      return refused(error, details)
    }
  }
}

function optionsOf<Env>(
  { action, environment, expect, to, undo, allowDataLoss, allowMissing, order }: Command,
  env: Env, settings: EndpointSettings<Env>,
): MigrateOptions {
  const url = settings.url(env)
  if (!url) {
    throw new Refusal(500, 'BN001', 'The endpoint is not configured: it has no connection string.')
  }
  const { requests = REQUESTS, ms = MS, holdMs = HOLD_MS } = settings.limits ?? {}
  const isReading = action === 'status' || action === 'plan'
  return {
    url, action, environment, expect, to, undo, allowDataLoss, allowMissing, holdMs,
    actor: 'endpoint',
    application: settings.version?.(env) || undefined,
    order: settings.order ?? order,
    ...(isReading ? {} : { maxRequests: requests, maxMs: ms }),
  }
}

/** Whether the caller wants one answer at the end and not a stream. */
function wantsWhole(request: Request): boolean {
  const accept = request.headers.get('accept') ?? ''
  return /application\/json/i.test(accept) && !/application\/x-ndjson/i.test(accept)
}
