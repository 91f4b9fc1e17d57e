/**
 * A reporter for `node --test`: a line for each test file, every failure in full, and a last line
 * `@counts {...}` that `scripts/test.mjs` reads.
 */
import { relative } from 'node:path'
import { inspect } from 'node:util'

/** Called by Node with the stream of test events; yields what is printed. */
export default async function* report(events) {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  const files = new Map()
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message
      continue
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const file = data.file ? relative(process.cwd(), data.file) : data.name
    const tally = files.get(file) ?? { passed: 0, failed: 0, ms: 0 }
    files.set(file, tally)
    if (data.nesting === 0) tally.ms += data.details?.duration_ms ?? 0
    if (data.details?.type === 'suite' && type === 'test:pass') continue
    // A test that failed within another one is reported once, where it failed.
    if (data.details?.error?.failureType === 'subtestsFailed') continue
    if (data.skip !== undefined || data.todo !== undefined) counts.skipped++
    else if (type === 'test:pass') (counts.passed++, tally.passed++)
    else {
      counts.failed++
      tally.failed++
      yield `\nFAILED ${file}: ${data.name}\n${explain(data.details?.error)}\n`
    }
  }
  for (const [file, { passed, failed, ms }] of files) {
    const trouble = failed > 0 ? `, ${failed} failed` : ''
    yield `${file}: ${passed} passed${trouble}, ${(ms / 1000).toFixed(1)} s\n`
  }
  yield `@counts ${JSON.stringify(counts)}\n`
}

function explain(error) {
  const cause = error?.cause ?? error
  const text = cause?.stack ?? inspect(cause)
  const names = ['expected', 'actual'].filter(name => cause !== null && name in Object(cause))
  const values = names.map(name => `${name}: ${inspect(cause[name], { depth: 6 })}`)
  return [text, ...values].join('\n').replaceAll(/^/gm, '    ')
}
