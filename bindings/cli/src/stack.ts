/** Where in the project an error was thrown, as far as its stack tells. */
import { existsSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Place } from './failure.js'

const kPlace = /\(?(?:file:\/\/)?(\/[^\n()]+|[A-Za-z]:[^\n()]+):(\d+):(\d+)\)?/g

// Only who meets an error reads one: Node would read those of all modules as it loads them.
const kMaps = new Map<string, string>()

/** Has places in a bundle, which may be gone by then, said as those of its sources. */
export function keepMap(bundle: string, map: string): void {
  kMaps.set(bundle, map)
}

/** The first place in a stack that is a file of the project. */
export function placeInStack(stack: string): Place | undefined {
  const ours = dirname(fileURLToPath(import.meta.url))
  for (const [, file = '', line, column] of stack.matchAll(kPlace)) {
    const place = sourceOf({ file, line: Number(line), column: Number(column) })
    if (/[\\/]node_modules[\\/]/.test(place.file) || !existsSync(place.file)) continue
    if (dirname(place.file) !== ours) return place
  }
  return undefined
}

function sourceOf(place: Required<Place>): Place {
  const map = kMaps.get(place.file)
  if (map === undefined) return place
  const { line, column } = place
  const found = new SourceMap(JSON.parse(map)).findEntry(line - 1, column - 1)
  // What the bundler itself has written comes from nowhere.
  if (!('originalSource' in found)) return { file: '' }
  const file = resolve(dirname(place.file), found.originalSource)
  return { file, line: found.originalLine + 1, column: found.originalColumn + 1 }
}
