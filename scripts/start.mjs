/**
 * `npm start`: the example Worker at a printed URL, served by `wrangler dev` over the local
 * endpoint, with the database in `.ballast/`. Its tables are made as on Neon: by the Worker's own
 * migration endpoint. Stays until Ctrl-C.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
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
    for (const { child } of [...children].reverse()) await stop(child)
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
  ])
  const database = await listening(endpoint)
  const url = `http://${host}:${await freePort(8787)}`
  const token = randomBytes(32).toString('hex')
  const wrangler = startWorker(env, children, url, variablesOf(database, token))
  await answers(url, wrangler)
  await migrate(env, children, url, token)
  await seed(database)
  await checkUsers(url)
  console.log(welcome(url))
}

/** What the Worker is bound to, as a file: its name, not its contents, is among the arguments. */
function variablesOf({ databaseUrl }, token) {
  const variables = {
    DATABASE_URL: databaseUrl,
    // The local database has one role. On Neon this one has rights that the Worker's has not.
    MIGRATE_DATABASE_URL: databaseUrl,
    MIGRATE_TOKEN: token,
    ENVIRONMENT: 'local',
  }
  const lines = Object.entries(variables).map(([name, value]) => `${name}="${value}"\n`)
  const file = join(top, '.ballast/worker.env')
  mkdirSync(join(top, '.ballast'), { recursive: true })
  writeFileSync(file, lines.join(''), { mode: 0o600 })
  return file
}

function startWorker(env, children, url, variables) {
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
    new URL(url).port,
    '--inspector-port',
    '0',
    '--env-file',
    variables,
    '--show-interactive-dev-session=false',
  ])
  wrangler.stdout.pipe(process.stdout)
  return wrangler
}

/** Has the Worker apply its migrations, as one would after a deploy. */
async function migrate(env, children, url, token) {
  const path = `${url}/ballast/migrate`
  const args = ['migrate', '--via', path, '--environment', 'local']
  const child = start(
    'ballast migrate',
    children,
    { ...env, BALLAST_MIGRATE_TOKEN: token },
    [join(top, 'bindings/cli/dist/cli.js'), ...args],
    join(top, 'worker'),
  )
  child.stdout.pipe(process.stdout)
  await once(child)
  children.splice(
    children.findIndex(each => each.child === child),
    1,
  )
  if (child.exitCode === 0) return
  throw new Advice(
    'The migrations were not applied; the reason is above. A database of an earlier version, ' +
      'whose tables are there already, starts anew once the folder .ballast/ is deleted.',
  )
}

/** A few rows to look at, by the same way that every query goes: SQL over HTTP. */
async function seed({ url, databaseUrl }) {
  const text = readFileSync(join(top, 'worker/seed.sql'), 'utf8').replace(/^--.*$/gm, '')
  const statements = text.split(/;\s*$/m).filter(part => part.trim() !== '')
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'neon-connection-string': databaseUrl },
    body: JSON.stringify({ queries: statements.map(query => ({ query, params: [] })) }),
  })
  if (!response.ok) throw new Advice(`worker/seed.sql failed: ${await response.text()}`)
}

function start(name, children, env, args, cwd = top) {
  const stdio = ['ignore', 'pipe', 'inherit']
  const child = spawn(process.execPath, args, { cwd, env, detached: true, stdio })
  children.push({ child, name })
  return child
}

/** Where the endpoint listens, by its own report. */
function listening(child) {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const event = parse(line)
      if (event?.event === 'listening') resolve(event)
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
    if (response?.ok) return
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
