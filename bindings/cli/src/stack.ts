/** Where in the project an error was thrown, as far as its stack tells. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Place } from './failure.js'

const kPlace = /\(?(?:file:\/\/)?(\/[^\n()]+|[A-Za-z]:[^\n()]+):(\d+):(\d+)\)?/g

/** The first place in a stack that is a file of the project; none of those in the folder `made`. */
export function placeInStack(stack: string, made?: string): Place | undefined {
  const ours = dirname(fileURLToPath(import.meta.url))
  for (const [, file = '', line, column] of stack.matchAll(kPlace)) {
    if (/[\\/]node_modules[\\/]/.test(file) || !existsSync(file)) continue
    if ((made !== undefined && file.startsWith(made)) || dirname(file) === ours) continue
    return { file, line: Number(line), column: Number(column) }
  }
  return undefined
}
