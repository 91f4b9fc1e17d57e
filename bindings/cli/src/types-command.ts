/** `ballast types`. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { runCommand } from './command.js'
import { failure } from './failure.js'
import { modelFrom, type SourceFlags } from './schema/types-source.js'
import { writeTypes } from './schema/types-write.js'
import { shortPath } from './source.js'

/** The flags of `ballast types`, as commander names them. */
export interface TypesFlags extends SourceFlags {
  out?: string
  check?: boolean
}

/** Writes the types, or tells whether they are up to date. */
export async function typesCommand(flags: TypesFlags): Promise<number> {
  return runCommand(flags, async context => {
    const { config, screen } = context
    const file =
      flags.out === undefined ? join(dirname(config.bundle), 'database.ts') : resolve(flags.out)
    if (!/\.[cm]?ts$/.test(file)) throw failure('--out takes a file that ends in .ts')
    const text = writeTypes(await modelFrom(context, flags))
    const found = await readFile(file, 'utf8').catch(() => null)
    const isCurrent = found?.replaceAll('\r\n', '\n') === text
    if (flags.check === true && !isCurrent) {
      const advice = 'Run `ballast types`, and commit what it writes.'
      throw failure(`${shortPath(file)} is not up to date`, advice)
    }
    if (!isCurrent) await write(file, text)
    screen.event({ event: 'done', file: shortPath(file), changed: !isCurrent })
    screen.say(`${shortPath(file)} ${isCurrent ? 'is up to date' : 'written'}.`)
    return 0
  })
}

/** A reader sees the old file or the new one, never half of it. */
async function write(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(beside, text)
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw failure(`${shortPath(file)} cannot be written: ${(error as Error).message}`)
  }
}
