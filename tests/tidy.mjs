/**
 * The house rules, as a test: `node tests/tidy.mjs` prints a line for each finding and a count, and
 * ends with 1 where there is one. Each rule is a function over the repository's files.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { functions, sources, top } from './support/source.mjs'
import { directionRules } from './support/direction.mjs'

const maxLine = 100
const maxFile = 600
const maxMedian = 150
const maxFunction = 70

const isCode = file => file.kind === 'cpp' || file.kind === 'ts'
const isTest = file => file.path.startsWith('tests/')

/** Finds a pattern in what `part` gives of the files that `where` picks. */
function banned(pattern, message, where = () => true, part = file => file.lines) {
  return files =>
    files
      .filter(where)
      .flatMap(file =>
        part(file).flatMap((line, index) =>
          pattern.test(line) ? [at(file, index + 1, message)] : [],
        ),
      )
}

function at(file, line, message) {
  return `${file.path}:${line}: ${message}`
}

const codeLines = file => file.code.split('\n')

// Spelt in pieces, since this file is read too.
const unfinished = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
)
const dashes = new RegExp('[\\u2012-\\u2015]')
const hosts = new RegExp(
  [
    'registry\\.npmjs',
    'npmmirror',
    '//proxy\\.golang',
    'deb\\.debian',
    'archive\\.ubuntu',
    'pypi\\.org',
  ].join('|'),
)
const secrets = new RegExp(
  [
    '-----BEGIN [A-Z ]*PRIVATE KEY',
    'npg_[A-Za-z0-9]{10}',
    'AKIA[0-9A-Z]{16}',
    'gh[pousr]_[A-Za-z0-9]{30}',
    'napi_[a-z0-9]{20}',
  ].join('|'),
)
const switchedOff =
  /\b(?:test|it|describe)\.(?:skip|only|todo)\b|\{\s*(?:skip|only|todo):\s*(?:true|['"`])/

const rules = {
  'line length': files =>
    files
      .filter(file => isCode(file) || file.kind === 'table')
      .flatMap(file =>
        file.lines.flatMap((line, index) => {
          // A sentence in a table may be as long as it needs, and a URL cannot be folded.
          const free = file.kind === 'table' || /https?:\S{60}/.test(line)
          return [...line].length > maxLine && !free
            ? [at(file, index + 1, `${[...line].length} columns, more than ${maxLine}`)]
            : []
        }),
      ),
  'file length': files =>
    files
      .filter(isCode)
      .flatMap(file =>
        file.lines.length > maxFile
          ? [at(file, maxFile, `${file.lines.length} lines, more than ${maxFile}`)]
          : [],
      ),
  'median file length': files => {
    const trees = [
      'src',
      'include',
      'bindings/client/src',
      'bindings/cli/src',
      'bindings/dev/src',
      'worker/src',
      'scripts',
    ]
    return trees.flatMap(tree => {
      const lengths = files
        .filter(file => isCode(file) && file.path.startsWith(`${tree}/`))
        .map(file => file.lines.length)
        .sort((a, b) => a - b)
      const median = lengths[lengths.length >> 1] ?? 0
      return median > maxMedian
        ? [`${tree}: the median file has ${median} lines, more than ${maxMedian}`]
        : []
    })
  },
  'function length': files =>
    files
      .filter(file => isCode(file) && !isTest(file))
      .flatMap(file =>
        functions(file)
          .filter(({ length }) => length > maxFunction)
          .map(({ line, length }) =>
            at(file, line, `a function of ${length} lines, more than ${maxFunction}`),
          ),
      ),
  'no unfinished work': banned(unfinished, 'unfinished work belongs in an issue'),
  'no dashes': banned(
    dashes,
    'an en or em dash: use a comma, a colon or "to"',
    file => file.kind !== 'data',
  ),
  'no trailing space': banned(
    /[ \t]+$/,
    'space at the end of the line',
    file => !file.path.startsWith('tests/cases/'),
  ),
  'no banner': banned(
    /^\s*(?:\/\/|\/?\*)?.*(?:-{8}|={8}|\*{8}|#{8})/,
    'a banner: a file that needs one is two files',
    isCode,
  ),
  'no tab': banned(/\t/, 'a tab', isCode),
  'final newline': files =>
    files
      .filter(file => file.text !== '' && !file.text.endsWith('\n'))
      .map(file => at(file, file.lines.length, 'no newline at the end')),
  'no any': banned(
    /(?:[:<,|&(]|\bas)\s*any\b(?!\s*[:(])/,
    '`any` outside core.ts: name the type or use unknown',
    file => /\.ts$/.test(file.path) && file.path !== 'bindings/client/src/core.ts' && !isTest(file),
    codeLines,
  ),
  'no silenced type error': banned(
    /@ts-(?:ignore|nocheck)|eslint-disable/,
    'a silenced check',
    file => isCode(file) && file.path !== 'tests/tidy.mjs',
  ),
  'no semicolon': banned(
    /^(?!\s*(?:while|for) \(.*\);$).*;\s*$/,
    'a semicolon at the end of the line',
    file => file.kind === 'ts',
    codeLines,
  ),
  'no throw': banned(
    /\bthrow\b|\bcatch\s*\(/,
    'an exception in the core: return an Error',
    file => file.kind === 'cpp' && !isTest(file),
    codeLines,
  ),
  'no C++ of tomorrow': banned(
    /#\s*include\s*<(?:format|expected|ranges|coroutine|source_location|print|iostream)>/,
    'not in libc++ 13, or too large for the module',
    file => file.kind === 'cpp' && !isTest(file),
  ),
  'nothing switched off': banned(
    switchedOff,
    'a test that does not always run',
    file => isTest(file) && file.kind === 'ts',
    codeLines,
  ),
  'pragma once': files =>
    files
      .filter(file => file.path.endsWith('.h') && !/^#pragma once$/m.test(file.text))
      .map(file => at(file, 1, 'no `#pragma once`')),
  'a sign on each door': files =>
    rooms(files).flatMap(room => [
      ...(existsSync(join(top, `include/ballast/${room}.h`))
        ? []
        : [`src/${room}: no include/ballast/${room}.h`]),
      ...(existsSync(join(top, `src/${room}/README.md`)) ? [] : [`src/${room}: no README.md`]),
    ]),
  'no secret': banned(secrets, 'this looks like a secret'),
  'no host of a package registry': banned(
    hosts,
    'a package registry is named: use its client and its settings',
    file => file.path !== 'tests/tidy.mjs',
  ),
  ...directionRules,
}

function rooms(files) {
  return [
    ...new Set(
      files.map(file => /^src\/([^/]+)\/[^/]+\.cpp$/.exec(file.path)?.[1]).filter(Boolean),
    ),
  ]
}

const files = sources()
let findings = 0
let broken = 0
for (const [name, rule] of Object.entries(rules)) {
  const found = rule(files)
  for (const finding of found) console.log(`${finding} [${name}]`)
  findings += found.length
  if (found.length > 0) broken++
}
const all = Object.keys(rules).length
console.log(`${findings} findings in ${files.length} files`)
console.log(`tidy: ${all - broken} rules passed, ${broken} failed`)
process.exitCode = findings > 0 ? 1 : 0
