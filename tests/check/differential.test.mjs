/** The checker beside a PostgreSQL 17, in small; `npm run differential` is the whole. */
import { deepEqual, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { top } from '../support/source.mjs'

async function scores(...options) {
  const program = join(top, 'tests/check/differential/run.mjs')
  const child = spawn(process.execPath, [program, '--json', ...options], { cwd: top })
  let out = ''
  let log = ''
  child.stdout.on('data', data => (out += data))
  child.stderr.on('data', data => (log += data))
  await once(child, 'close')
  ok(out !== '', log.slice(-4000))
  return { ...JSON.parse(out), log }
}

function judge(found, caught) {
  const { falseRejects, wrongTypes, rejected, sameCode, log } = found
  deepEqual({ falseRejects, wrongTypes }, { falseRejects: 0, wrongTypes: 0 }, log.slice(-6000))
  ok(sameCode >= rejected * caught, `${sameCode} of ${rejected} with the same code`)
}

test('mutants of queries over five schemas', async () => {
  const found = await scores('--suite', 'mutants', '--mutants', '600', '--seed', '7')
  judge(found, 0.97)
  ok(found.notChecked <= found.statements * 0.05, `${found.notChecked} are not checked`)
})

test('files of the regression suite', async () => {
  const files = [
    'test_setup', 'boolean', 'int4', 'case', 'select', 'select_having',
    'union', 'join', 'aggregates', 'limit', 'merge', 'insert', 'updatable_views', 'jsonpath',
    'sqljson_queryfuncs', 'sqljson_jsontable', 'collate', 'with',
  ]
  judge(await scores('--suite', 'regress', '--files', files.join(',')), 0.9)
})
