/**
 * The statements of PostgreSQL's own regression suite, cut by us, by PostgreSQL's parser, and by
 * psql's scanner. Run by ctest, which names the programs:
 *
 *   BALLAST_CASES=build/debug/cases BALLAST_PSQL_SPLIT=build/debug/psql_split \
 *   BALLAST_REGRESS=build/deps/postgresql-17/src/test/regress/sql \
 *   node tests/sql/regress.test.mjs
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

const {
  BALLAST_CASES: cases,
  BALLAST_PSQL_SPLIT: psql,
  BALLAST_REGRESS: folder,
} = process.env

const counts = { files: 0, pieces: 0, parsed: 0, unparsed: 0, unscanned: 0, psqlDiffers: 0 }

function run(program, input) {
  const { status, signal, stdout } = spawnSync(program, { input, maxBuffer: 1 << 28 })
  assert.equal(status, 0, `${program} ended with ${status ?? signal}`)
  return stdout
}

/** Asks the program of the cases: `[verb, bytes]` each, and the answers in order. */
function ask(requests) {
  const input = requests.flatMap(([verb, bytes]) => [
    Buffer.from(`${verb} ${bytes.length}\n`),
    bytes,
  ])
  const output = run(cases, Buffer.concat(input))
  const answers = []
  for (let at = 0; at < output.length;) {
    const newline = output.indexOf(10, at)
    const size = Number(output.toString('latin1', at, newline))
    answers.push(output.toString('utf8', newline + 1, newline + 1 + size))
    at = newline + 1 + size
  }
  assert.equal(answers.length, requests.length)
  return answers
}

/** Where psql would send, as offsets behind semicolons. */
function askPsql(bytes) {
  const line = run(psql, Buffer.concat([Buffer.from(`${bytes.length}\n`), bytes])).toString()
  assert.ok(!line.includes('\\'), `psql sees a command of its own at ${line}`)
  return line.trim().split(/\s+/).filter(Boolean).map(Number)
}

const inline = /\s\\(?:g|gx|gset|gexec|gdesc|bind|parse|crosstabview|watch|if|p|r)\b.*$/

/**
 * A script without what is not SQL: rows of data behind a COPY, commands of psql, which may stand
 * at the end of a statement; and without the parts in which backslashes mean something else.
 */
function clean(text) {
  let left = null
  const lines = text.split('\n').map(line => {
    if (left !== null) {
      if (left.test(line)) left = null
      return ''
    }
    if (/^\s*copy\b.*\bfrom\s+stdin\b.*;/i.test(line)) left = /^\\\.$/
    if (/^set standard_conforming_strings\b.*\boff;/i.test(line)) left = /^(re)?set standard_conf/i
    if (/^\s*\\else\b/.test(line)) left = /^\s*\\endif\b/
    if (/^\s*\\/.test(line)) return ''
    return line.replace(/\\;/g, ';').replace(inline, ' ;')
  })
  return lines.join('\n')
}

function blank(bytes, from, to) {
  for (let at = from; at < to; at++) if (bytes[at] !== 10) bytes[at] = 32
}

function offsetOf(bytes, position) {
  return Buffer.byteLength([...bytes.toString('utf8')].slice(0, position - 1).join(''))
}

/** Our pieces; a statement that the scanner refuses is taken out, as far as psql thinks it goes. */
function splitAll(bytes) {
  for (let tries = 0; tries < 100; tries++) {
    const [answer] = ask([['pieces', bytes]])
    const failure = /^(\w{5}) .*\n(?:.*\n)*? {2}position: (\d+)/.exec(answer)
    if (failure === null) {
      return answer.trim().split('\n').filter(Boolean).map(line => {
        const [begin, end, from, to] = line.split(' ').map(Number)
        return { begin, end, from, to }
      })
    }
    const at = offsetOf(bytes, Number(failure[2]))
    const ends = [0, ...askPsql(bytes), bytes.length]
    const next = ends.findIndex(end => end > at)
    blank(bytes, ends[next - 1], ends[next])
    counts.unscanned++
  }
  throw new Error('a hundred statements that cannot be scanned')
}

/** Where the parser's statements end: at their semicolons. */
function ends(answer) {
  assert.match(answer, /^(\d+ \d+\n)*$/)
  return answer.trim().split('\n').filter(Boolean).map(line => Number(line.split(' ')[1]))
}

/** The semicolons at which psql sends must be ours, but where the parser knows better. */
function compareToPsql(bytes, pieces, parsed) {
  const ours = new Map()
  for (const [index, piece] of pieces.entries()) {
    const gap = semicolonIn(bytes.toString('latin1', piece.to, piece.end))
    if (gap >= 0) ours.set(piece.to + gap + 1, parsed[index])
  }
  const theirs = new Set(askPsql(bytes))
  for (const [end, parses] of ours) {
    if (theirs.has(end)) continue
    assert.ok(parses, `psql does not end a statement at ${end}, nor does the parser`)
    counts.psqlDiffers++
  }
  for (const end of theirs) {
    if (ours.has(end)) continue
    const within = pieces.findIndex(piece => piece.from < end && end <= piece.to)
    assert.ok(within >= 0 && parsed[within], `psql ends a statement at ${end}`)
    counts.psqlDiffers++
  }
}

/** The place of the semicolon behind a statement, among blanks and comments; or -1. */
function semicolonIn(rest) {
  return rest.replace(/\/\*[^]*?\*\/|--[^\n]*/g, text => ' '.repeat(text.length)).indexOf(';')
}

for (const name of readdirSync(folder).filter(each => each.endsWith('.sql')).sort()) {
  test(name, () => {
    const bytes = Buffer.from(clean(readFileSync(join(folder, name), 'utf8')))
    const pieces = splitAll(bytes)
    const joined = pieces.map(({ begin, end }) => bytes.subarray(begin, end))
    assert.ok(Buffer.concat(joined).equals(bytes), 'joined, the pieces give the file back')
    const texts = pieces.map(({ from, to }) => bytes.subarray(from, to))
    const answers = ask(texts.map(text => ['statements', text]))
    const parsed = answers.map(answer => /^(\d+ \d+\n)?$/.test(answer))
    compareToPsql(bytes, pieces, parsed)
    // What parses, with all else blanked: the parser must find the same statements in it.
    const whole = Buffer.from(bytes)
    for (const [index, piece] of pieces.entries()) {
      if (!parsed[index]) blank(whole, piece.begin, piece.end)
    }
    const wanted = pieces.filter((piece, index) => parsed[index] && piece.from < piece.to)
    const found = ends(ask([['statements', whole]])[0])
    const mine = wanted.map(({ to, end }) => {
      const gap = semicolonIn(whole.toString('latin1', to, end))
      return to + Math.max(0, gap)
    })
    // What has no semicolon is last, and to the parser goes on to the text's end.
    if (found.at(-1) === whole.length) found[found.length - 1] = mine.at(-1)
    assert.deepEqual(found, mine)
    // Each must be described, too.
    const described = ask(wanted.map(({ from, to }) => ['describe', bytes.subarray(from, to)]))
    for (const [index, text] of described.entries()) {
      assert.match(text, /^\w+: .+\n/, bytes.toString('utf8', wanted[index].from, wanted[index].to))
      assert.doesNotMatch(text, /a statement\n/, texts[index].toString())
    }
    counts.files++
    counts.pieces += wanted.length
    counts.parsed += parsed.filter(Boolean).length
    counts.unparsed += parsed.filter(each => !each).length
  })
}

after(() => {
  console.log(counts)
  console.log(`cases: ${counts.files} passed, 0 failed`)
})
