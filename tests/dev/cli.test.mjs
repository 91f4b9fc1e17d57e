// The command `ballast`: help, exit codes, JSON, and an end without loss.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { rows, startEndpoint, template } from '../support/endpoint.mjs'
import { startPostgres } from '../support/postgres.mjs'

const cli = fileURLToPath(new URL('../../bindings/cli/dist/cli.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'ballast-cli-'))
after(() => rmSync(folder, { recursive: true, force: true }))

// The command keeps its template beside the data; this one saves it from making another.
before(async () => {
  const dev = await startEndpoint('pglite')
  await dev.close()
  const manifest = JSON.parse(readFileSync(new URL('../package.json', pathToFileURL(cli)), 'utf8'))
  const version = manifest.dependencies['@electric-sql/pglite']
  cpSync(template, join(folder, `data/pglite-${version}`), { recursive: true })
})

/** Starts the command; it runs until it ends by itself or gets a signal. */
function start(args) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const run = { child, out: '', err: '' }
  const waiting = []
  const look = stream => chunk => {
    run[stream] += chunk
    for (const check of [...waiting]) check()
  }
  child.stdout.on('data', look('out'))
  child.stderr.on('data', look('err'))
  run.ended = new Promise(resolve => child.on('close', code => resolve(code)))
  /** Waits for a line of JSON with this event. */
  run.event = name =>
    new Promise((resolve, reject) => {
      const check = () => {
        const line = run.out
          .split('\n')
          .slice(0, -1)
          .find(text => text.includes(`"event":"${name}"`))
        if (line !== undefined) resolve(JSON.parse(line))
      }
      waiting.push(check)
      void run.ended.then(code => reject(new Error(`ended with ${code}: ${run.out}${run.err}`)))
      check()
    })
  return run
}

async function finish(args) {
  const run = start(args)
  return { code: await run.ended, out: run.out, err: run.err }
}

describe('arguments', () => {
  test('--help', async () => {
    const { code, out } = await finish(['--help'])
    assert.equal(code, 0)
    assert.match(out, /Usage: ballast/)
    assert.match(out, /dev/)
  })
  test('dev --help names every flag and has an example', async () => {
    const { code, out } = await finish(['dev', '--help'])
    assert.equal(code, 0)
    const flags = 'port host data postgres load chaos seed max-request max-response json quiet'
    for (const flag of flags.split(' ')) assert.match(out, new RegExp(`--${flag}\\b`))
    assert.match(out, /Example:\n {2}\$ ballast dev/)
  })
  test('--version', async () => {
    const { code, out } = await finish(['--version'])
    assert.deepEqual([code, out], [0, '0.10.0\n'])
  })
  for (const [args, message] of [
    [['nothing'], /unknown command 'nothing'/],
    [['dev', '--nothing'], /unknown option '--nothing'/],
    [['dev', '--port', 'x'], /A port is a whole number from 0 to 65535/],
    [['dev', '--port', '70000'], /A port is a whole number/],
    [['dev', '--chaos', 'explode=1'], /there is no fault "explode"/],
    [
      ['dev', '--data', 'd0', '--load', 'absent.sql'],
      /absent\.sql, which is to be loaded, cannot be read: ENOENT/,
    ],
  ]) {
    test(`${args.join(' ')} ends with 1`, async () => {
      const { code, err } = await finish(args)
      assert.equal(code, 1)
      assert.match(err, message)
    })
  }
  test('--json puts errors on the same stream', async () => {
    const { code, out } = await finish(['dev', '--json', '--chaos', '500'])
    assert.equal(code, 1)
    assert.match(JSON.parse(out).message, /500 has no probability/)
  })
})

describe('a run on PGlite', () => {
  test('prints what to use, and SIGTERM loses nothing', async () => {
    const schema = 'create table if not exists kept (a int); create extension if not exists vector'
    writeFileSync(join(folder, 'schema.sql'), schema)
    const args = ['dev', '--port', '0', '--data', 'data/pg', '--load', 'schema.sql']
    const first = start([...args, '--json'])
    const { databaseUrl, url, port, backend } = await first.event('listening')
    assert.equal(url, `http://127.0.0.1:${port}/sql`)
    assert.equal(databaseUrl, `postgresql://ballast:ballast@127.0.0.1:${port}/ballast`)
    assert.equal(backend, 'PGlite')
    assert.match(first.out, /"event":"progress"/)
    assert.match(first.out, /"event":"loaded","file":"schema.sql"/)
    const busy = await finish(['dev', '--port', '0', '--data', 'data/pg'])
    assert.equal(busy.code, 1)
    assert.match(busy.err, /in use by process/)
    await rows({ url, databaseUrl }, 'insert into kept select g from generate_series(1, 1000) g')
    const slow = 'insert into kept select 0 from pg_sleep(0.5) returning a'
    const running = rows({ url, databaseUrl }, slow)
    setTimeout(() => first.child.kill('SIGTERM'), 200)
    assert.deepEqual(await running, [['0']])
    assert.equal(await first.ended, 0)
    for (const line of first.out.trim().split('\n')) JSON.parse(line)

    const second = start([...args, '--json'])
    const again = await second.event('listening')
    assert.deepEqual(await rows(again, 'select count(*), min(a) from kept'), [['1001', '0']])
    second.child.kill('SIGINT')
    assert.equal(await second.ended, 0)
  })
  test('without --json it speaks to people', async () => {
    const run = start(['dev', '--port', '0', '--data', 'data/pg'])
    while (!run.out.includes('useSecureWebSocket')) await sleep(50)
    run.child.kill('SIGTERM')
    assert.equal(await run.ended, 0)
    assert.match(run.out, /DATABASE_URL=postgresql:\/\/ballast:ballast@127\.0\.0\.1:\d+\/ballast/)
    assert.match(run.out, /neonConfig\.fetchEndpoint = \(\) => 'http:\/\/127\.0\.0\.1:\d+\/sql'/)
    assert.match(run.out, /neonConfig\.wsProxy = \(\) => '127\.0\.0\.1:\d+\/v2'/)
    assert.match(run.err, /stopping/)
  })
})

describe('a run on PostgreSQL', () => {
  test('never prints the password of --postgres', async () => {
    const server = await startPostgres()
    try {
      const url = server.url.replace(/^(\w+):\/\/([^:@]+)[^@]*@/, '$1://$2:topsecret@')
      const postgres = process.env.TEST_DATABASE_URL ?? url
      const run = start(['dev', '--port', '0', '--postgres', postgres, '--json'])
      const listening = await run.event('listening')
      assert.equal(listening.backend, 'PostgreSQL')
      assert.deepEqual(await rows(listening, 'select 1'), [['1']])
      const again = await finish(['dev', '--port', `${listening.port}`, '--postgres', postgres])
      assert.match(again.err, /^ballast: port \d+ is taken, .*--port takes another one$/m)
      run.child.kill('SIGTERM')
      assert.equal(await run.ended, 0)
      assert.doesNotMatch(run.out + run.err, /topsecret/)
    } finally {
      await server.stop()
    }
  })
  test('a server that is not there, with files to load', async () => {
    writeFileSync(join(folder, 'one.sql'), 'select 1')
    const postgres = 'postgres://a:topsecret@127.0.0.1:1/b'
    const { code, err } = await finish(['dev', '--postgres', postgres, '--load', 'one.sql'])
    assert.equal(code, 1)
    assert.doesNotMatch(err, /topsecret/)
    assert.match(err, /the server of --postgres cannot be reached/)
  })
})
