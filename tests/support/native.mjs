/** What the native builds make, for the tests that need it. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { top } from './source.mjs'

/** A program or folder of a native build: of the one that has it, and has made it last. */
export function native(name) {
  const found = ['asan', 'debug']
    .map(build => join(top, 'build', build, name))
    .filter(path => existsSync(path))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  return found[0] ?? join(top, 'build/asan', name)
}
