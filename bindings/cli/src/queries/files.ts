/** The files in which queries are looked for. */
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { promisify } from 'node:util'

import { globExpression, isGlob } from '../drizzle/glob.js'
import type { TypeScriptConfig } from './tsconfig.js'

const kCode = /\.[cm]?[jt]sx?$/
const kDeclarations = /\.d\.[cm]?ts$/
const kLeftOut = new Set(['node_modules', 'dist', 'build', 'coverage', 'out'])

/**
 * The files of a project, absolute: those that `patterns` name; else those of its tsconfig.json;
 * else all that are code. What git leaves out is left out, and so are packages and builds.
 */
export async function codeFiles(
  root: string,
  patterns: readonly string[] | null,
  config: TypeScriptConfig | null,
): Promise<string[]> {
  const all = (await listed(root)).filter(path => kCode.test(path) && !kDeclarations.test(path))
  const wanted = patterns === null ? wantedBy(root, config) : byPatterns(patterns)
  return all
    .filter(wanted)
    .map(path => join(root, path))
    .sort()
}

/** The paths below the root, with `/`. */
async function listed(root: string): Promise<string[]> {
  const options = { cwd: root, maxBuffer: 1 << 28 }
  const args = ['ls-files', '-z', '-co', '--exclude-standard', '--', '.']
  try {
    const { stdout } = await promisify(execFile)('git', args, options)
    const paths = [...new Set(stdout.split('\0'))].filter(path => path !== '')
    if (paths.length > 0) return paths.filter(path => !isLeftOut(path))
  } catch {
    // Said below.
  }
  // No git, or no repository: what it would leave out is left out by name.
  return walk(root, '')
}

function isLeftOut(path: string): boolean {
  const folders = path.split('/').slice(0, -1)
  return folders.some(name => kLeftOut.has(name) || name.startsWith('.'))
}

async function walk(root: string, under: string): Promise<string[]> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch(() => [])
  const found: string[] = []
  for (const entry of entries) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (!entry.isDirectory()) found.push(path)
    else if (!kLeftOut.has(entry.name) && !entry.name.startsWith('.')) {
      found.push(...(await walk(root, path)))
    }
  }
  return found
}

function byPatterns(patterns: readonly string[]): (path: string) => boolean {
  const [no, yes] = [true, false].map(isNegated =>
    patterns
      .filter(pattern => pattern.startsWith('!') === isNegated)
      .map(pattern => expressionOf(pattern.replace(/^!?(?:\.\/)?/, ''))),
  ) as [RegExp[], RegExp[]]
  return path => yes.some(each => each.test(path)) && !no.some(each => each.test(path))
}

/** By `files`, `include` and `exclude`. One that only refers to others says nothing. */
function wantedBy(root: string, config: TypeScriptConfig | null): (path: string) => boolean {
  const { include = null, exclude = [], files = null } = config ?? {}
  if (include === null && (files === null || files.length === 0)) return () => true
  const local = (path: string): string => relative(root, path).split(sep).join('/')
  const expressions = (include ?? []).map(each => expressionOf(local(each)))
  const excluded = exclude.map(each => expressionOf(local(each)))
  const named = new Set((files ?? []).map(local))
  return path =>
    named.has(path) ||
    (expressions.some(each => each.test(path)) && !excluded.some(each => each.test(path)))
}

/** A path that is no pattern is a file, or a folder with all that is in it. */
function expressionOf(pattern: string): RegExp {
  if (pattern === '' || pattern === '.') return /(?:)/
  if (isGlob(pattern)) return globExpression(pattern.endsWith('/**') ? `${pattern}/*` : pattern)
  return new RegExp(`^${pattern.replace(/[\\^$.|+()[\]{}]/g, '\\$&')}(?:/|$)`)
}
