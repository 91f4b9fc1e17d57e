/** The repository's text files, and as much reading of C++ and TypeScript as tidy.mjs needs. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top folder of the repository. */
export const top = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

const kinds = {
  '.h': 'cpp',
  '.c': 'cpp',
  '.cpp': 'cpp',
  '.def': 'table',
  '.ts': 'ts',
  '.mjs': 'ts',
  '.js': 'ts',
  '.md': 'text',
  '.sql': 'text',
  '.json': 'data',
  '.jsonc': 'data',
  '.txt': 'text',
  '.cmake': 'text',
  '.yml': 'text',
}

/** Every text file that is or will be committed: `{ path, kind, text, lines, code }`. */
export function sources() {
  return paths()
    .filter(path => kindOf(path) !== undefined && existsSync(join(top, path)))
    .map(path => {
      const kind = kindOf(path)
      const text = readFileSync(join(top, path), 'utf8')
      const code = kind === 'cpp' || kind === 'ts' ? blank(text, kind) : text
      return { path, kind, text, lines: text.replace(/\n$/, '').split('\n'), code }
    })
}

function kindOf(path) {
  if (path === 'package-lock.json' || path === 'LICENSE' || path === 'NOTICE') return undefined
  return kinds[extname(path)] ?? (/(^|\/)\.?[a-zA-Z-]+$/.test(path) ? 'text' : undefined)
}

function paths() {
  try {
    const options = { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
    const text = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], options)
    return [...new Set(text.split('\0').filter(Boolean))].sort()
  } catch {
    return walk('')
  }
}

// Without git (a tarball), what .gitignore would leave out is left out by name.
function walk(folder) {
  const left = new Set(['node_modules', 'build', 'dist', '.git', '.ballast', '.wrangler'])
  return readdirSync(join(top, folder), { withFileTypes: true }).flatMap(entry => {
    if (left.has(entry.name)) return []
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? walk(path) : [path]
  })
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//
const string = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/
const rawString = /R"(?<fence>\w*)\([\s\S]*?\)\k<fence>"/
const template = /`(?:\\[\s\S]|[^`\\])*`/
// A slash opens a pattern only where a value may begin.
const pattern =
  /(?<=(?:[=(,:!&|?[]|\breturn|=>|^)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//

const tokens = {
  cpp: either(comment, rawString, string),
  ts: either(comment, string, template, pattern),
}

function either(...patterns) {
  return new RegExp(patterns.map(({ source }) => source).join('|'), 'gm')
}

/** The text with comments, strings and patterns blanked, each character's place kept. */
export function blank(text, kind) {
  return text.replace(tokens[kind], token => token.replace(/[^\n]/g, ' '))
}

/** What a file imports or includes: `{ target, line }`. */
export function imports({ kind, text, code }) {
  const pattern =
    kind === 'cpp'
      ? /^[ \t]*#[ \t]*include[ \t]+["<]([^">]+)[">]/gm
      : either(
          /(?:^|\n)\s*(?:import|export)\b(?:[^'";`]*?\bfrom)?\s*['"]([^'"]+)['"]/,
          /\bimport\(\s*['"]([^'"]+)['"]/,
        )
  return [...text.matchAll(pattern)]
    .filter(
      match =>
        kind === 'cpp' ||
        /import|export/.test(code.slice(match.index, match.index + match[0].length)),
    )
    .map(match => ({
      target: match[1] ?? match[2],
      line: lineAt(text, match.index + match[0].length),
    }))
}

/** The number of the line on which the character at `index` stands. */
export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length
}

// A brace opens a function where a parameter list stands before it and no keyword that merely looks
// like one; classes, namespaces, objects and initialisers are only walked through.
const qualifier = /(?:const|noexcept|override|final|mutable|->\s*[\w:<>*&\s]+)*/.source
const initialisers = /(?::\s*\w+[({][^{};]*[)}]\s*)?/.source
const openings = {
  cpp: new RegExp(`\\)\\s*${qualifier}\\s*${initialisers}$`),
  ts: /(?:\)\s*(?::\s*[\w<>[\]|&.,\s'"{}]+?)?|=>)\s*$/,
}
const branches = /\b(?:if|for|while|switch|catch|constexpr)\s*\([^{}]*\)\s*$|\belse\s*$/

/** The functions of a file: `{ line, length }`, from the opening brace's line to its close. */
export function functions({ kind, code }) {
  const found = []
  const open = []
  let line = 1
  let from = 0
  for (let at = 0; at < code.length; at++) {
    const c = code[at]
    if (c === '\n') line++
    else if (c === ';' || c === '}') from = at + 1
    if (c === '{') {
      const before = code.slice(from, at)
      const isFunction = openings[kind].test(before) && !branches.test(before)
      open.push({ line, isFunction, outer: open.some(brace => brace.isFunction) })
      from = at + 1
    } else if (c === '}') {
      const brace = open.pop()
      // A function within a function counts as its outer one's lines: describe() and it() do not.
      if (brace?.isFunction) found.push({ line: brace.line, length: line - brace.line + 1 })
    }
  }
  return found
}
