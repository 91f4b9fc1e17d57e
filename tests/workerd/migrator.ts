/** A Worker with a migration endpoint for each bundle that a test binds. */
import { migrationEndpoint } from 'ballast/migrate'
import type { Bundle, EndpointContext, MigrationHandler } from 'ballast/migrate'

interface Env {
  BUNDLES: Record<string, Bundle>
  URL?: string
  ENVIRONMENT?: string
  STATUS?: string
  APPLY?: string
  UNDO?: string
  LIMITS?: { requests?: number, ms?: number, holdMs?: number }
  /** How many wrong tokens an address may send for an action. */
  WRONG_MAX?: number
}

const wrong = new Map<string, number>()
const endpoints = new Map<string, MigrationHandler<Env>>()

function endpointOf(name: string, { BUNDLES, LIMITS = {}, WRONG_MAX }: Env): MigrationHandler<Env> {
  const limit = async ({ key }: { key: string }): Promise<{ success: boolean }> => {
    wrong.set(key, (wrong.get(key) ?? 0) + 1)
    return { success: (wrong.get(key) ?? 0) <= (WRONG_MAX ?? 1000) }
  }
  return migrationEndpoint<Env>(BUNDLES[name] as Bundle, {
    url: env => env.URL,
    environment: env => env.ENVIRONMENT,
    tokens: { status: env => env.STATUS, apply: env => env.APPLY, undo: env => env.UNDO },
    version: () => 'version-7',
    rateLimit: () => ({ limit }),
    limits: LIMITS,
  })
}

export default {
  fetch(request: Request, env: Env, ctx: EndpointContext): Promise<Response> {
    const name = new URL(request.url).pathname.slice(1)
    let endpoint = endpoints.get(name)
    if (endpoint === undefined) endpoints.set(name, endpoint = endpointOf(name, env))
    return endpoint(request, env, ctx)
  },
}
