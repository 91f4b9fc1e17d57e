/** Writing a file so that a reader sees the old one or the new one, never half of it. */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

import { failure } from './failure.js'
import { shortPath } from './source.js'

/** Writes a file as a whole. */
export async function writeFileWhole(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    const kept = await stat(file).catch(() => null)
    await writeFile(beside, text, kept === null ? {} : { mode: kept.mode })
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw failure(`${shortPath(file)} cannot be written: ${(error as Error).message}`)
  }
}
