/** A folder of migrations as the core takes it: every file of SQL or JSON, as text. */
import { open, readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { failure } from './failure.js'
import { shortPath } from './source.js'

/** A file, its path relative to the folder and with `/`. */
export interface FolderFile {
  path: string
  text: string
}

/** How much is read of Drizzle's snapshots, each of which holds a whole schema. */
export interface ReadOptions {
  snapshots?: 'whole' | 'links'
}

/** Whether that is a snapshot of Drizzle's. */
export function isSnapshot(path: string): boolean {
  return /^(?:meta\/.*_snapshot|[^/]+\/snapshot)\.json$/.test(path)
}

/** Reads the folder; files come in the order of their paths, the same on every machine. */
export async function readFolder(
  folder: string,
  { snapshots = 'whole' }: ReadOptions = {},
): Promise<FolderFile[]> {
  const paths = (await walk(folder, '')).sort()
  return Promise.all(
    paths.map(async path => {
      const file = join(folder, path)
      const links = snapshots === 'links' && isSnapshot(path) ? await readLinks(file) : null
      return { path, text: links ?? decode(await read(file), path) }
    }),
  )
}

// Where Drizzle writes them: before the schema itself, of which there may be a megabyte.
const kText = '"(?:version|dialect|type|id|prevId)":\\s*"[^"\\\\]*"'
const kTexts = '"prevIds":\\s*\\[[^\\][{}]*\\]'
const kLinks = new RegExp(`^\\{(?:\\s*(?:${kText}|${kTexts}),)+`)
const kLinksSize = 4096

/** What a snapshot is and what it follows, as JSON; null where it begins with something else. */
async function readLinks(file: string): Promise<string | null> {
  const handle = await open(file).catch(() => null)
  if (handle === null) return null
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(kLinksSize), 0, kLinksSize, 0)
    const [head = ''] = kLinks.exec(buffer.toString('latin1', 0, bytesRead)) ?? []
    const isWhole = /"id":/.test(head) && /"prevIds?":/.test(head)
    return isWhole ? `${head.slice(0, -1)}}` : null
  } finally {
    await handle.close()
  }
}

async function walk(folder: string, under: string): Promise<string[]> {
  const names = await readdir(join(folder, under)).catch((error: NodeJS.ErrnoException) => {
    throw failure(`${shortPath(join(folder, under))} cannot be read: ${error.code}`)
  })
  const found: string[] = []
  for (const name of names) {
    if (name.startsWith('.') || name === 'node_modules') continue
    const path = under === '' ? name : `${under}/${name}`
    // Of a link, what it leads to: some teams keep shared migrations elsewhere.
    const what = await stat(join(folder, path)).catch(() => null)
    if (what?.isDirectory()) found.push(...(await walk(folder, path)))
    else if (what?.isFile() && /\.(sql|json)$/.test(name)) found.push(path)
  }
  return found
}

async function read(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw failure(`${shortPath(file)} cannot be read: ${error.code}`)
  })
}

// The hash of a file is that of its bytes, so what the core gets must turn into the same bytes.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decode(bytes: Uint8Array, path: string): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw failure(
      `${path} is not UTF-8`,
      'Save it as UTF-8: an editor calls it so where it asks for an encoding.',
    )
  }
}
