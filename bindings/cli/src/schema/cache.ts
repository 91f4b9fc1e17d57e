/**
 * A folder of the user's own for what can be made again: the cluster that elaborators start from,
 * and models by the hash of what they were made of. That it is missing or cannot be written is no
 * mistake, it only costs time.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

// A model is some tens of kilobytes: a project's last ones are kept, and those of its branches.
const kMaxKept = 64

/** SHA-256 of texts, each with its length, so that no two lists have the same. */
export function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    hash.update(`${typeof part === 'string' ? Buffer.byteLength(part) : part.length}:`)
    hash.update(part)
  }
  return hash.digest('hex')
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env
  if ((xdg ?? '') !== '') return join(xdg as string, 'ballast')
  if (process.platform === 'win32' && (local ?? '') !== '') return join(local as string, 'ballast')
  const within = process.platform === 'darwin' ? 'Library/Caches' : '.cache'
  return join(homedir(), within, 'ballast')
}

/** Bytes that were kept under a name, or null. */
export async function readCached(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = join(cacheFolder(), name)
  const bytes = await readFile(file).catch(() => null)
  if (bytes === null) return null
  // The oldest are thrown away first, and what is read is not old.
  const now = new Date()
  await utimes(file, now, now).catch(() => {})
  return new Uint8Array(bytes)
}

/** Keeps bytes under a name, for this user alone. */
export async function writeCached(name: string, bytes: string | Uint8Array): Promise<void> {
  const file = join(cacheFolder(), name)
  const beside = `${file}.${process.pid}.${randomUUID()}`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(beside, bytes, { mode: 0o600 })
    await rename(beside, file)
    if (name.includes('/')) await prune(dirname(file))
  } catch {
    await rm(beside, { force: true }).catch(() => {})
  }
}

async function prune(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= kMaxKept) return
  const aged = await Promise.all(
    names.map(async name => {
      const found = await stat(join(folder, name)).catch(() => null)
      return { name, at: found?.mtimeMs ?? 0 }
    }),
  )
  const old = aged.sort((a, b) => b.at - a.at).slice(kMaxKept)
  await Promise.all(old.map(({ name }) => rm(join(folder, name), { force: true })))
}
