/** The example Worker through wrangler itself: served, and made ready to deploy. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { oneRow, send, startFake } from '../support/fake.mjs'
import { top } from '../support/source.mjs'

const wrangler = join(top, 'node_modules/wrangler/bin/wrangler.js')
const config = join(top, 'worker/wrangler.jsonc')
const env = {
  ...process.env,
  CI: 'true',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

function scratch() {
  mkdirSync(join(top, 'build'), { recursive: true })
  return mkdtempSync(join(top, 'build/wrangler-'))
}

async function freePort() {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

describe('wrangler', () => {
  it('dev serves the Worker and ends when told to', async () => {
    const fake = await startFake((request, response) =>
      send(response, 200, oneRow({ user_id: 'ada' })),
    )
    const folder = scratch()
    const port = await freePort()
    const file = join(folder, 'worker.env')
    writeFileSync(file, `DATABASE_URL="${fake.databaseUrl}"\n`)
    const args = ['dev', '--config', config, '--local', '--ip', '127.0.0.1', '--port', String(port)]
    const more = [
      '--inspector-port',
      '0',
      '--env-file',
      file,
      '--show-interactive-dev-session=false',
    ]
    const child = spawn(process.execPath, [wrangler, ...args, ...more], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', chunk => {
        output += chunk
      })
    try {
      const response = await answered(`http://127.0.0.1:${port}/users/ada`, child, () => output)
      assert.deepEqual(await response.json(), { user_id: 'ada' })
      assert.ok(!output.includes('s3cret-pass'), 'the log holds no secret')
    } finally {
      const ended = new Promise(resolve => child.once('close', resolve))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true })
      await fake.close()
    }
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`), 'workerd is gone too')
  })

  for (const [name, modules] of [
    ['worker/wrangler.jsonc', ['ballast', 'ballast-check', 'ballast-migrate']],
    // Apart, the migrator carries the runner alone.
    ['worker/migrator/wrangler.jsonc', ['ballast-migrate']],
  ]) {
    it(`deploy --dry-run packs ${name} and its modules`, async () => {
      const folder = scratch()
      const args = ['deploy', '--dry-run', '--config', join(top, name), '--outdir', folder]
      const run = promisify(execFile)
      const { stdout, stderr } = await run(process.execPath, [wrangler, ...args], { env })
      assert.doesNotMatch(stdout + stderr, /WARNING/)
      const size = /Total Upload: ([\d.]+ \w+) \/ gzip: ([\d.]+) KiB/.exec(stdout)
      assert.ok(size, stdout)
      console.log(size[0])
      const names = readdirSync(folder)
      assert.ok(names.includes('index.js'), names.join())
      const packed = names.filter(file => file.endsWith('.wasm'))
      // wrangler puts a hash before the name.
      const plain = packed.map(file => file.replace(/^[0-9a-f]+-/, '').replace('.wasm', ''))
      assert.deepEqual(plain.sort(), modules)
      assert.ok(Number(size[2]) < 1024, 'far below what a free plan may upload')
      rmSync(folder, { recursive: true })
    })
  }
})

async function answered(url, child, output) {
  for (let waited = 0; waited < 60_000; waited += 250) {
    if (child.exitCode !== null) throw new Error(`wrangler ended:\n${output()}`)
    const response = await fetch(url).catch(() => null)
    if (response?.ok) return response
    await response?.body?.cancel()
    await sleep(250)
  }
  throw new Error(`no answer within a minute:\n${output()}`)
}
