/** `ballast dev`. */
import { startDev, type Dev, type DevEvent, type DevOptions } from '../../dev/src/index.js'
import { projectRoot } from './config.js'
import { serveElaborator } from './schema/warm-server.js'

/** The flags of `ballast dev`, as commander names them. */
export interface DevFlags {
  port: number
  host: string
  data: string
  postgres?: string
  api?: boolean
  load: string[]
  chaos?: string
  seed: number
  maxRequest?: number
  maxResponse?: number
  json?: boolean
  quiet?: boolean
  record?: string | true
}

// Where `ballast check` looks unless the configuration says another file.
const kRecord = '.ballast/queries.jsonl'

/** A report as a line for people, or null where it would only be noise. */
function describe(event: DevEvent): string | null {
  switch (event.event) {
    case 'progress':
      return `${event.message} …`
    case 'loaded':
      return `loaded ${event.file}`
    case 'fault': {
      const ms = event.ms === undefined ? '' : ` of ${event.ms} ms`
      return `request ${event.ordinal}: ${event.fault}${ms}`
    }
    case 'failure':
      return `failed: ${event.message}`
    case 'request':
      return null
  }
}

function reporter({ json, quiet }: DevFlags): (event: DevEvent) => void {
  return event => {
    if (quiet === true && event.event !== 'failure') return
    if (json === true) {
      console.log(JSON.stringify(event))
      return
    }
    // Progress is not the result: it goes where it does not end up in a pipe.
    const line = describe(event)
    if (line !== null) console.error(line)
  }
}

function welcome(dev: Dev): string {
  return `
${dev.backend} listens at ${dev.url}

  DATABASE_URL=${dev.databaseUrl}

works unchanged in neon() of "ballast". For @neondatabase/serverless add:

  neonConfig.fetchEndpoint = () => '${dev.url}'
  neonConfig.wsProxy = () => '${dev.wsProxy}'
  neonConfig.useSecureWebSocket = false
${dev.api === undefined ? '' : management(dev.api)}`
}

function management({ host, key, project }: NonNullable<Dev['api']>): string {
  return `
The branches of this server are managed there, by \`ballast branch\`, \`ballast preview\`, the
official \`neon\` or whatever else reads these:

  NEON_API_HOST=${host}
  NEON_API_KEY=${key}
  NEON_PROJECT_ID=${project}
`
}

/** Resolves at the first request to stop. A second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise(resolve => {
    let asked = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1)
        asked = true
        resolve(signal)
      })
    }
  })
}

/** Runs the endpoint until it is told to stop. */
export async function startDevCommand(flags: DevFlags): Promise<void> {
  const { json, quiet: _, record, ...rest } = flags
  // Listening before the start: a signal during a slow start must not tear a cluster apart.
  const stopped = stopSignal()
  const options: DevOptions = {
    ...rest,
    ...(record === undefined ? {} : { record: record === true ? kRecord : record }),
    onEvent: reporter(flags),
  }
  const dev = await startDev(options)
  const { url, databaseUrl, wsProxy, port, backend, api } = dev
  const listening = { event: 'listening', url, databaseUrl, wsProxy, port, backend, api }
  console.log(json === true ? JSON.stringify(listening) : welcome(dev))
  // The other commands do without it where it cannot be: a folder that is read-only, for one.
  const warm = await serveElaborator(await projectRoot()).catch(() => null)
  const signal = await stopped
  if (json === true) console.log(JSON.stringify({ event: 'stopping', signal }))
  else if (flags.quiet !== true) console.error('stopping …')
  await warm?.close()
  await dev.close()
}
