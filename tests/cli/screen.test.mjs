// What is printed where: a terminal's status line, a log's lines, JSON, annotations, no secrets.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { makeProject } from '../support/command.mjs'
import { top } from '../support/source.mjs'

let parts
let project

before(async () => {
  const outdir = join(top, 'build/cli-parts')
  mkdirSync(outdir, { recursive: true })
  const names = ['screen', 'secrets', 'github', 'source', 'failure', 'wording', 'drive']
  await build({
    absWorkingDir: join(top, 'bindings/cli'),
    entryPoints: names.map(name => `src/${name}.ts`),
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outExtension: { '.js': '.mjs' },
    logLevel: 'error',
  })
  parts = {}
  for (const name of names) {
    Object.assign(parts, await import(pathToFileURL(join(outdir, `${name}.mjs`))))
  }
  project = makeProject()
})
after(() => project?.remove())

/** A screen whose streams are texts; `clock.now` is its time. */
function screenOf(options = {}) {
  const { isTTY = false, columns = 40, ...rest } = options
  const texts = { out: '', err: '' }
  const stream = name => ({
    isTTY,
    columns,
    hasColors: () => false,
    write: text => (texts[name] += text),
  })
  const clock = { now: 0 }
  const screen = new parts.Screen({
    json: false,
    github: false,
    out: stream('out'),
    err: stream('err'),
    now: () => clock.now,
    ...rest,
  })
  return { screen, texts, clock }
}

describe('progress', () => {
  test('on a terminal it is one line, cut to the width, gone before what stays', () => {
    const { screen, texts } = screenOf({ isTTY: true, columns: 30 })
    screen.status('0001: building index 1 of 10')
    screen.status('0001: building index 1 of 10')
    screen.status('0001: building index 5,000,000 of 10,000,000 (50 %)')
    screen.note('applied 0001')
    const clear = '\r\u001b[2K'
    assert.equal(
      texts.err,
      `${clear}0001: building index 1 of 10${clear}0001: building index 5,000,0…` +
        `${clear}applied 0001\n`,
    )
  })
  test('in a log it is a line a second at most, and none twice', () => {
    const { screen, texts, clock } = screenOf()
    for (const [now, text] of [
      [0, 'a 1'], [500, 'a 2'], [999, 'a 3'], [1000, 'a 4'], [2000, 'a 4'], [3000, 'a 5'],
    ]) {
      clock.now = now
      screen.status(text)
    }
    assert.equal(texts.err, 'a 1\na 4\na 5\n')
  })
  test('in words', () => {
    assert.equal(parts.progress('batch', 1200, 4000), 'batch 1,200 of 4,000 (30 %)')
    assert.equal(parts.progress('batch', 1200, null), 'batch 1,200')
    assert.equal(parts.progress('waiting', 0, 0), 'waiting')
    assert.equal(parts.time(65_400), '1 min 5 s')
  })
})

describe('secrets', () => {
  test('connection strings, their passwords and tokens', () => {
    const secrets = new parts.Secrets()
    secrets.addUrl('postgresql://app:hunter%2F2@host/db?sslmode=require')
    secrets.add('tok')
    for (const [text, wanted] of [
      ['at postgresql://x:y@z/d now', 'at postgresql://*** now'],
      ['password hunter/2 is wrong', 'password *** is wrong'],
      ['hunter%2F2', '***'],
      ['the token tok, not a stock', 'the token ***, not a stock'],
      ['https://me:pw@host/x', 'https://***@host/x'],
      ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
      ['app and db stay', 'app and db stay'],
    ]) {
      assert.equal(secrets.hide(text), wanted)
    }
    assert.deepEqual(secrets.hideIn({ a: ['tok', 1, null], tok: { b: 'hunter/2' } }), {
      a: ['***', 1, null],
      tok: { b: '***' },
    })
  })
  test('a password that is the name of its user is left alone', () => {
    const secrets = new parts.Secrets()
    secrets.addUrl('postgresql://ballast:ballast@127.0.0.1:4444/ballast')
    assert.equal(secrets.hide('ballast: error'), 'ballast: error')
  })
  test('passwords in SQL, by as many characters', () => {
    for (const [sql, wanted] of [
      ["create role a password 'it''s'; x", "create role a password '**''*'; x"],
      ["alter role a PASSWORD E'p\\'w' x", "alter role a PASSWORD *'**'*' x"],
      ['alter role a password $p$x$p$ z', 'alter role a password ******* z'],
      ["connection 'host=h password=abc user=u'", "connection 'host=h password=*** user=u'"],
      ["select password from t where a = 'b'", "select password from t where a = 'b'"],
    ]) {
      const hidden = parts.hideSqlPasswords(sql)
      assert.equal(hidden.length, sql.length)
      assert.equal(hidden, wanted)
    }
  })
})

describe('findings', () => {
  test('a line and a caret, also in long lines and behind letters of any kind', () => {
    const file = join(project.folder, 'a.sql')
    const long = `select ${'x, '.repeat(60)}nonsense, ${'y, '.repeat(60)}z`
    writeFileSync(file, `\tselect 'ÄÖ漢', emial;\n${long}\ncreate role a password 'geheim' x`)
    assert.deepEqual(parts.excerpt({ file, line: 1, column: 16 }), [
      "  1 |  select 'ÄÖ漢', emial;",
      '    |                ^',
    ])
    const [line, caret] = parts.excerpt({ file, line: 2, column: long.indexOf('nonsense') + 1 })
    assert.ok(line.length < 120)
    assert.equal(line.slice(caret.indexOf('^')).slice(0, 8), 'nonsense')
    assert.match(parts.excerpt({ file, line: 3, column: 32 })[0], /password '\*\*\*\*\*\*' x$/)
    assert.deepEqual(parts.excerpt({ file, line: 9 }), [])
    assert.deepEqual(parts.excerpt({ file: `${file}.gone`, line: 1 }), [])
  })
  test('control characters do not reach the terminal', () => {
    const { screen, texts } = screenOf()
    screen.fail(new parts.Failure([{ code: '42601', message: 'a\u001b[31mred\u0007' }]))
    assert.equal(texts.err, 'ballast: error 42601: a\\x1b[31mred\\x07\n')
  })
  test('JSON has them all, the first one flat', () => {
    const { screen, texts } = screenOf({ json: true })
    const failure = new parts.Failure([
      { code: 'BM101', message: 'one', place: { file: resolve('x.sql'), line: 3, column: 4 } },
      { code: null, message: 'two' },
    ])
    screen.fail(failure)
    assert.deepEqual(JSON.parse(texts.out), {
      event: 'error', code: 'BM101', message: 'one', file: 'x.sql', line: 3, column: 4,
      others: [{ code: null, message: 'two' }],
    })
    assert.equal(texts.err, '')
  })
})

describe('GitHub Actions', () => {
  test('an annotation, escaped as the runner wants it', () => {
    const file = join(process.cwd(), 'drizzle/a,b:c%.sql')
    const place = { file, line: 3, column: 15 }
    const finding = { code: '23505', message: '50 %\nof it', detail: 'a: b, c', place }
    assert.equal(
      parts.annotation('error', finding),
      '::error file=drizzle/a%2Cb%3Ac%25.sql,line=3,col=15::50 %25%0Aof it (23505)%0Aa: b, c',
    )
    const plain = { code: null, message: 'x' }
    assert.equal(parts.annotation('warning', plain), '::warning::x')
  })
  test('is printed besides, without secrets, and no text of others is taken for a command', () => {
    const { screen, texts } = screenOf({ github: true })
    screen.secrets.add('topsecret')
    const message = 'bad\n::add-mask::x topsecret'
    screen.fail(new parts.Failure([{ code: 'X', message }]))
    assert.match(texts.err, /^ballast: error X: bad\n\u200b::add-mask::x \*\*\*$/m)
    assert.match(texts.err, /^::error::bad%0A::add-mask::x \*\*\* \(X\)$/m)
  })
  test('with --json it stays on stderr', () => {
    const { screen, texts } = screenOf({ github: true, json: true })
    screen.warn({ code: null, message: 'risky' })
    assert.equal(texts.err, '::warning::risky\n')
    assert.deepEqual(JSON.parse(texts.out), { event: 'warning', code: null, message: 'risky' })
  })
})

describe('going on until it is done', () => {
  const summary = more => ({
    applied: [], others: [], undone: [], adopted: [], baselined: [], renamed: [], pending: [],
    more: false, running: null, head: null, requests: 1, ...more,
  })
  const signal = new AbortController().signal
  /** A runner that gives these answers in turn, the last one for ever. */
  function scripted(answers) {
    const runner = { where: 'a test', isRemote: true, calls: 0 }
    runner.perform = async () => answers[Math.min(runner.calls++, answers.length - 1)]
    return runner
  }
  const run = async (answers, waits = []) => {
    const runner = scripted(answers)
    const pause = async ms => void waits.push(ms)
    const result = await parts.drive(runner, { action: 'apply' }, () => {}, signal, pause)
    return { result, calls: runner.calls }
  }
  test('one summary of all calls; what an earlier one applied is not another\'s', async () => {
    const { result, calls } = await run([
      summary({ applied: ['a'], more: true }),
      summary({ applied: ['b'], others: ['a', 'c'] }),
    ])
    assert.equal(calls, 2)
    assert.deepEqual(
      [result.applied, result.others, result.requests, result.more],
      [['a', 'b'], ['c'], 2, false],
    )
  })
  test('it waits while another is at it', async () => {
    const waits = []
    const busy = summary({ more: true, running: 'x' })
    const { calls } = await run([busy, busy, summary({ others: ['x'] })], waits)
    assert.deepEqual([calls, waits.length], [3, 2])
  })
  test('a call that can begin nothing is not repeated for long', async () => {
    const waits = []
    await assert.rejects(run([summary({ more: true })], waits), /the limits of a call are too sm/)
    assert.deepEqual(waits, [])
  })
  test('but not for ever', async () => {
    const waits = []
    const busy = summary({ more: true, running: 'x' })
    await assert.rejects(run([busy], waits), /another run is at x, and does not end/)
    assert.ok(waits.length < 300)
  })
})
