/** Where the migrations lead, as queries are checked against it. */
import type { CheckSchema } from 'ballast/check'

import type { Context } from '../command.js'
import { readFolder } from '../folder.js'
import { migrationsOf } from '../config.js'
import { hashOf } from '../schema/cache.js'
import type { DescribedCell } from '../schema/elaborator.js'
import { folderCell } from '../schema/folder-model.js'
import type { Described } from '../schema/session.js'
import { bundleFiles, runTool } from '../tools.js'

/** A query as the embedded PostgreSQL describes it. */
export type DescribedQuery = Described

/** A schema, and what PostgreSQL itself says of queries against it. */
export interface EndState {
  schema: Required<CheckSchema>
  described: ReadonlyMap<string, DescribedQuery>
  /** The names of types by oid. */
  types: Readonly<Record<string, string>>
}

let query: string | undefined

async function catalogQuery(): Promise<string> {
  query ??= (await runTool('catalogQuery', {}, '', { mayReuse: true })).body
  return query
}

/** Runs the migrations, reads the catalog, and has each of the texts described. */
export async function readEndState(
  context: Context,
  texts: readonly string[],
): Promise<EndState> {
  const { config } = context
  const { searchPath, postgres } = config
  const folder = migrationsOf(config)
  const files = await readFolder(folder, { snapshots: 'links' })
  const bundled = await bundleFiles(folder, files, config, { mayReuse: true })
  const asked = { query: await catalogQuery(), describe: { searchPath, texts } }
  const { cell } = await folderCell(context, { folder, files, bundled }, asked)
  const { cell: text, described, types } = JSON.parse(cell) as DescribedCell
  const migrations = bundled.migrations.map(({ tag }) => tag)
  const facts = { version: 1, postgres, searchPath, migrations } as const
  const hash = hashOf([JSON.stringify(facts), text]).slice(0, 16)
  return {
    schema: { ...facts, migration: migrations.at(-1) ?? null, hash, text },
    described: new Map(texts.map((each, i) => [each, described[i] as DescribedQuery])),
    types,
  }
}
