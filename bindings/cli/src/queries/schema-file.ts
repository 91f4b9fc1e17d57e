/** `schema.js`: the schema that a Worker checks its queries against. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { CheckSchema } from 'ballast/check'

import type { Context } from '../command.js'
import type { Config } from '../config.js'
import { writeFileWhole } from '../write.js'
import { readEndState } from './end-state.js'
import { schemaModule, schemaTypes } from './modules.js'

/** The file. */
export function schemaFile({ bundle }: Config): string {
  return join(dirname(bundle), 'schema.js')
}

/** The module and its declarations, by the files that they are written to. */
export function schemaTexts(config: Config, schema: Required<CheckSchema>): Map<string, string> {
  const file = schemaFile(config)
  return new Map([
    [file, schemaModule(schema)],
    [file.replace(/js$/, 'd.ts'), schemaTypes()],
  ])
}

/** Those of these texts that the files do not have. */
export async function notCurrent(wanted: ReadonlyMap<string, string>): Promise<string[]> {
  const changed: string[] = []
  for (const [file, text] of wanted) {
    const found = await readFile(file, 'utf8').catch(() => null)
    // git may have given it other line ends.
    if (found?.replaceAll('\r\n', '\n') !== text.replaceAll('\r\n', '\n')) changed.push(file)
  }
  return changed
}

/** What has to be written so that the schema is that of the migrations. */
export async function schemaChanges(context: Context): Promise<Map<string, string>> {
  const { schema } = await readEndState(context, [])
  const wanted = schemaTexts(context.config, schema)
  return new Map((await notCurrent(wanted)).map(file => [file, wanted.get(file) ?? '']))
}

/** Writes it anew where it is there and is not that of the migrations any more. */
export async function refreshSchema(context: Context): Promise<string[]> {
  if (!existsSync(schemaFile(context.config))) return []
  const changed = await schemaChanges(context)
  for (const [file, text] of changed) await writeFileWhole(file, text)
  return [...changed.keys()]
}
