/** Whether the queries of another version of the program fit the schema of this folder. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'

import type { Context } from '../command.js'
import { readEndState } from './end-state.js'
import { QueryJudge } from './judge.js'
import { textsIn } from './modules.js'

/**
 * Checks the queries of a version against where the migrations lead: those that fail, each with
 * why. `folder` is where its `verified.js` lies, whose texts are in `queries.d.ts` beside it; null
 * where that is not there.
 */
export async function failingQueries(context: Context, folder: string): Promise<string[] | null> {
  const at = /\.js$/.test(basename(folder)) ? dirname(folder) : folder
  const declared = await readFile(join(resolve(at), 'queries.d.ts'), 'utf8').catch(() => null)
  if (declared === null) return null
  const texts = textsIn(declared)
  const judge = new QueryJudge(await readEndState(context, texts))
  return texts.flatMap(text => {
    const verdict = judge.judge(text)
    return verdict.kind === 'error' ? [`${shortened(text)}: ${verdict.error.message}`] : []
  })
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
