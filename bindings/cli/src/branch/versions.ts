/**
 * The third way back: an older version of the application, while the database stays as it is. A
 * version says by its `verified.js` which migrations it was built with. Where nothing was applied
 * since, it fits; where something was, its queries have to be checked against the schema of now.
 */
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'

import type { Context } from '../command.js'
import { failure } from '../failure.js'
import { count } from '../wording.js'
import type { Way } from './ways.js'

/** As much of `verified.js` as is looked at. */
export interface VersionFacts {
  migrations: readonly string[]
}

/**
 * Checks a version's queries against the schema that is there: those that fail, each with why, or
 * null where that cannot be told.
 */
export type VersionChecker = (context: Context, folder: string) => Promise<readonly string[] | null>

interface Verdict {
  fits: boolean
  text: string
}

/** An older version of the application; `applied` are the tags that the database has. */
export async function versionWay(
  context: Context,
  folders: readonly string[],
  applied: readonly string[],
  check: VersionChecker | null = null,
): Promise<Way> {
  const way = {
    way: 'version' as const,
    title: 'Deploy an older version of the application, and leave the database as it is',
    loses: [],
    notes: [],
  }
  if (folders.length === 0) {
    return { ...way, hindrance: 'no version was named; --versions takes their folders' }
  }
  const verdicts: Verdict[] = []
  for (const folder of folders) verdicts.push(await judge(context, folder, applied, check))
  const fits = verdicts.some(verdict => verdict.fits)
  const notes = verdicts.map(({ text }) => text)
  return { ...way, notes, hindrance: fits ? null : 'none of the versions is known to fit' }
}

async function judge(
  context: Context,
  folder: string,
  applied: readonly string[],
  check: VersionChecker | null,
): Promise<Verdict> {
  const { migrations } = await readFacts(folder)
  const since = applied.filter(tag => !migrations.includes(tag))
  if (since.length === 0) return { fits: true, text: `${folder}: fits, nothing was applied since` }
  const behind = `${count(since.length, 'migration')} behind (${since.join(', ')})`
  const failing = check === null ? null : await check(context, folder)
  if (failing === null) return { fits: false, text: `${folder}: ${behind}, its queries unchecked` }
  if (failing.length === 0) return { fits: true, text: `${folder}: fits, although ${behind}` }
  return { fits: false, text: `${folder}: does not fit, ${behind}: ${failing.join('; ')}` }
}

/** The folder of a version, or its `verified.js` itself. */
async function readFacts(path: string): Promise<VersionFacts> {
  const name = 'verified.js'
  const file = resolve(basename(path) === name ? path : join(path, name))
  const text = await readFile(file, 'utf8').catch(() => {
    throw failure(`${path} has no verified.js, so that nothing is known of that version`)
  })
  // A module of data; what it is next to must not decide how it is read.
  const url = `data:text/javascript,${encodeURIComponent(text)}`
  const { queries } = (await import(url)) as { queries?: Partial<VersionFacts> }
  if (!Array.isArray(queries?.migrations)) {
    throw failure(`the verified.js of ${path} is of another version of ballast`)
  }
  return { migrations: queries.migrations }
}
