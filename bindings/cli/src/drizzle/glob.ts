/** Patterns of names and paths, as Drizzle's configuration has them for files and for tables. */
import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'

const kSpecial = /[*?[\]{}!]|[@+]\(/
// A choice of names, as in `@(a|b)`: one, perhaps one, some, any number, or none of them.
const kChoice = /^([@?+*!])\(([^()/]*)\)/

/** Whether a path is a pattern, and not a path as it is written. */
export function isGlob(path: string): boolean {
  return kSpecial.test(path)
}

/**
 * The expression that matches a pattern as a whole. `*` and `?` stay within a folder, `**` does
 * not; `[a-z]`, `[!a-z]`, `{a,b}` and `!(a|b)` are as in a shell.
 */
export function globExpression(pattern: string): RegExp {
  let text = ''
  let depth = 0
  for (let i = 0; i < pattern.length; i++) {
    const at = pattern.charAt(i)
    const choice = kChoice.exec(pattern.slice(i))
    const set = /^\[(!|\^)?([^\]/]+)\]/.exec(pattern.slice(i))
    if (choice !== null) {
      const [whole, how = '', names = ''] = choice
      const rest = pattern.slice(i + whole.length)
      text += choiceExpression(how, names.split('|'), rest.split('/')[0] ?? '')
      i += whole.length - 1
    } else if (pattern.startsWith('**/', i)) {
      text += '(?:[^/]+/)*'
      i += 2
    } else if (pattern.startsWith('**', i)) {
      text += '.*'
      i += 1
    } else if (at === '*') text += '[^/]*'
    else if (at === '?') text += '[^/]'
    else if (set !== null) {
      text += `[${set[1] === undefined ? '' : '^'}${(set[2] ?? '').replaceAll('\\', '\\\\')}]`
      i += set[0].length - 1
    } else if (at === '{' && pattern.includes('}', i)) {
      text += '(?:'
      depth++
    } else if (at === '}' && depth > 0) {
      text += ')'
      depth--
    } else if (at === ',' && depth > 0) text += '|'
    else text += at.replace(/[\\^$.|+()[\]{}]/, found => `\\${found}`)
  }
  return new RegExp(`^${text}$`)
}

/** A choice of names, before the rest of the name that it is in. */
function choiceExpression(how: string, names: readonly string[], rest: string): string {
  const oneOf = `(?:${names.map(sourceOf).join('|')})`
  if (how === '!') return `(?!${oneOf}${sourceOf(rest)}(?:/|$))[^/]*`
  return how === '@' ? oneOf : oneOf + how
}

function sourceOf(pattern: string): string {
  return globExpression(pattern).source.slice(1, -1)
}

/** The files below `root` that a pattern with `/` matches, in the order of their names. */
export async function globFiles(root: string, pattern: string): Promise<string[]> {
  const parts = pattern.split('/')
  const fixed = parts.findIndex(isGlob)
  const base = parts.slice(0, fixed).join('/')
  const folder = resolve(root, base === '' && pattern.startsWith('/') ? '/' : base)
  const rest = globExpression(parts.slice(fixed).join('/'))
  const found: string[] = []
  for (const path of await walk(folder, '')) {
    if (rest.test(path)) found.push(join(folder, path))
  }
  return found
}

/** Files and folders below a folder, with `/`; none where there is no such folder. */
async function walk(folder: string, under: string): Promise<string[]> {
  const read = readdir(join(folder, under.split('/').join(sep)), { withFileTypes: true })
  const entries = await read.catch((): Dirent[] => [])
  const found: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name === 'node_modules' || entry.name.startsWith('.')) continue
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    found.push(path)
    if (entry.isDirectory()) found.push(...(await walk(folder, path)))
  }
  return found
}

/**
 * Whether the names that `tablesFilter` or `schemaFilter` gives let a name pass, by drizzle-kit's
 * rule: what one pattern with `!` takes out stays out, and what any other one matches is in.
 */
export function nameFilter(patterns: readonly string[]): (name: string) => boolean {
  const matchers = patterns.map(pattern => ({
    isNegated: pattern.startsWith('!'),
    expression: globExpression(pattern.replace(/^!/, '')),
  }))
  return name => {
    if (matchers.length === 0) return true
    const results = matchers.map(({ isNegated, expression }) => ({
      isNegated,
      matches: expression.test(name),
    }))
    if (results.some(({ isNegated, matches }) => isNegated && matches)) return false
    return results.some(({ isNegated, matches }) => isNegated !== matches)
  }
}
