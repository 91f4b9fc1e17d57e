/**
 * `npm start`: the example Worker at a printed URL, served by `wrangler dev` over the local
 * endpoint, with the database in `.ballast/`. Stays until Ctrl-C.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Advice, killGroup, main, top } from './run.mjs'
import { buildJavaScript, buildWasm, setUp } from './setup.mjs'

const host = '127.0.0.1'

/** Events of the endpoint that a reader of our terminal does not need. */
const quiet = new Set(['request', 'stopping'])

await main(async () => {
  const env = await setUp('wasm')
  await buildWasm(env)
  await buildJavaScript(env)
  const stopping = deferred()
  // Once a database is open, a signal must stop things in order, so these replace the quick ones.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.removeAllListeners(signal)
    process.on(signal, () => stopping.resolve(signal))
  }
  const children = []
  try {
    const served = serve(env, children)
    await Promise.race([served, stopping.promise])
    const died = children.map(({ child, name }) =>
      once(child).then(() => {
        throw new Advice(`${name} ended.`)
      }),
    )
    await Promise.race([stopping.promise, ...died])
    console.log('\nStopping.')
  } finally {
    // The Worker first, the database last, so that no request is cut off by its database leaving.
    for (const { child } of children.reverse()) await stop(child)
  }
})

async function serve(env, children) {
  console.log(
    'Starting the local endpoint (the first start makes a database, which takes a while).',
  )
  const endpoint = start('ballast dev', children, env, [
    'bindings/cli/dist/cli.js',
    'dev',
    '--port',
    '0',
    '--json',
    '--data',
    '.ballast/pgdata',
    '--load',
    'worker/schema.sql',
    '--load',
    'worker/seed.sql',
  ])
  const databaseUrl = await listening(endpoint)
  const port = await freePort(8787)
  mkdirSync(join(top, '.ballast'), { recursive: true })
  // A file and not `--var`: arguments can be read by every user of the machine.
  const variables = join(top, '.ballast/worker.env')
  writeFileSync(variables, `DATABASE_URL="${databaseUrl}"\n`, { mode: 0o600 })
  const silent = {
    ...env,
    CI: 'true',
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  }
  const wrangler = start('wrangler dev', children, silent, [
    'node_modules/wrangler/bin/wrangler.js',
    'dev',
    '--config',
    'worker/wrangler.jsonc',
    '--local',
    '--ip',
    host,
    '--port',
    String(port),
    '--inspector-port',
    '0',
    '--env-file',
    variables,
    '--show-interactive-dev-session=false',
  ])
  wrangler.stdout.pipe(process.stdout)
  const url = `http://${host}:${port}`
  await answers(url, wrangler)
  console.log(welcome(url))
}

function start(name, children, env, args) {
  const stdio = ['ignore', 'pipe', 'inherit']
  const child = spawn(process.execPath, args, { cwd: top, env, detached: true, stdio })
  children.push({ child, name })
  return child
}

/** The database URL that the endpoint reports when it listens. */
function listening(child) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const event = parse(line)
      if (event?.event === 'listening') resolve(event.databaseUrl)
      else if (!quiet.has(event?.event))
        console.log(`ballast dev: ${event?.message ?? event?.file ?? line}`)
    })
    child.once('close', code =>
      reject(new Advice(`ballast dev ended with ${code} before it listened.`)),
    )
  })
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

async function answers(url, wrangler) {
  for (let waited = 0; waited < 120_000; waited += 250) {
    if (wrangler.exitCode !== null)
      throw new Advice(`wrangler dev ended with ${wrangler.exitCode}.`)
    const response = await fetch(url).catch(() => null)
    await response?.text()
    if (response?.ok) return checkUsers(url)
    await new Promise(resolve => setTimeout(resolve, 250))
  }
  throw new Advice(`The Worker at ${url} did not answer within two minutes; its log is above.`)
}

async function checkUsers(url) {
  const response = await fetch(`${url}/users`)
  const text = await response.text()
  if (!response.ok) throw new Advice(`The Worker answers, but not from the database: ${text}`)
}

/** `wanted` when it is free, else any free port. */
async function freePort(wanted) {
  for (const port of [wanted, 0]) {
    const server = createServer()
    const found = await new Promise(resolve => {
      server.once('error', () => resolve(null))
      server.listen(port, host, () => resolve(server.address().port))
    })
    if (found === null) continue
    await new Promise(resolve => server.close(resolve))
    return found
  }
  throw new Advice('No free port was found.')
}

function welcome(url) {
  const json = "-H 'content-type: application/json'"
  // An email of its own for each start, since the users of the last one are still there.
  const email = `you-${Date.now().toString(36)}@example.com`
  return [
    '',
    `The Worker is at ${url} (Ctrl-C stops it; the database stays in .ballast/). Try:`,
    '',
    `  curl ${url}/users`,
    `  curl ${url}/users ${json} -d '{"email":"${email}","metadata":{"plan":"free"}}'`,
    `  curl ${url}/search ${json} -d '{"embedding":[1,0,0],"limit":2}'`,
    '',
  ].join('\n')
}

async function stop(child) {
  const end = once(child)
  killGroup(child, 'SIGTERM')
  const late = setTimeout(() => killGroup(child, 'SIGKILL'), 20_000)
  await end
  clearTimeout(late)
}

function once(child) {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => child.once('close', resolve))
}

function deferred() {
  const parts = {}
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
  return parts
}
