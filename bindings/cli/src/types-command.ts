/** `ballast types`. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { runCommand, type Context } from './command.js'
import { failure } from './failure.js'
import { schemaChanges, schemaFile } from './queries/schema-file.js'
import { modelFrom, type SourceFlags } from './schema/types-source.js'
import { writeTypes } from './schema/types-write.js'
import { shortPath } from './source.js'
import { writeFileWhole } from './write.js'

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
    const beside = await schemaBeside(context, flags)
    const [stale] = [...(isCurrent ? [] : [file]), ...beside.keys()]
    if (flags.check === true && stale !== undefined) {
      const advice = 'Run `ballast types`, and commit what it writes.'
      throw failure(`${shortPath(stale)} is not up to date`, advice)
    }
    if (!isCurrent) await writeFileWhole(file, text)
    for (const [path, module] of beside) await writeFileWhole(path, module)
    const schema = beside.size > 0
    screen.event({ event: 'done', file: shortPath(file), changed: !isCurrent || schema })
    screen.say(`${shortPath(file)} ${isCurrent ? 'is up to date' : 'written'}.`)
    if (schema) screen.say(`${shortPath(schemaFile(config))} written.`)
    return 0
  })
}

/** What checks queries is written of the migrations alone, and into its own place. */
async function schemaBeside(
  context: Context,
  { from = 'folder', out }: TypesFlags,
): Promise<Map<string, string>> {
  const { config } = context
  const isWanted = from === 'folder' && config.migrations !== null
  if (!isWanted || (out !== undefined && !existsSync(schemaFile(config)))) return new Map()
  return schemaChanges(context)
}
