import { neon } from 'ballast'

/** What wrangler binds: secrets in production, .dev.vars on this machine. */
interface Env {
  DATABASE_URL: string
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const sql = neon(env.DATABASE_URL)
    const { pathname } = new URL(request.url)
    if (pathname !== '/') return new Response('There is nothing here.', { status: 404 })
    const [row] = await sql`select now() as now, current_database() as database`
    return Response.json(row)
  },
}
