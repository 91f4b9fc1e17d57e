// The types compile where others are expected: `tsc --strict`, and no casts.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
const folder = fileURLToPath(new URL('../types/', import.meta.url))

for (const [name, project] of [
  ['the official types, wrappers and drizzle() take our client', '.'],
  ['drizzle-orm compiles where the official package is an alias of ours', 'alias'],
]) {
  test(name, async () => {
    const args = [tsc, '-p', join(folder, project), '--pretty', 'false']
    await promisify(execFile)(process.execPath, args).catch(error => assert.fail(error.stdout))
  })
}
