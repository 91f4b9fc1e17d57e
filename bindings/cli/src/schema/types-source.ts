/** Whose schema `ballast types` and `ballast export` write. */
import type { Context } from '../command.js'
import { databaseModel, type DatabaseFlags } from './connection.js'
import { desiredModel, folderModel, type Model } from './models.js'

/** Flags that say whose. */
export interface SourceFlags extends DatabaseFlags {
  from?: 'folder' | 'schema' | 'database'
}

/** Where the migrations lead, unless something else is asked for. */
export async function modelFrom(context: Context, flags: SourceFlags): Promise<Model> {
  if (flags.from === 'database') return (await databaseModel(context, flags)).model
  if (flags.from === 'schema') return desiredModel(context)
  return folderModel(context)
}
