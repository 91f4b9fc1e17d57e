/** Waits for files of a project to change. */
import { watch } from 'node:fs/promises'
import { basename, sep } from 'node:path'

const kLookedAt = /\.(?:[cm]?[jt]sx?|sql|jsonc?|jsonl)$/
const kLeftOut = new Set(['node_modules', 'dist', 'build', '.git', '.wrangler'])
// What `ballast check` writes itself must not wake it.
const kWritten = /^(?:schema|verified|queries|bundle)(?:\.d)?\.m?[jt]s$/

// An editor that saves, and a tool that formats what it saved, are one change.
const kQuietMs = 120

/** Yields at once, and then again after each change, until the signal aborts. */
export async function* changes(root: string, signal: AbortSignal): AsyncGenerator<void> {
  const stop = new AbortController()
  const aborted = (): void => stop.abort()
  signal.addEventListener('abort', aborted)
  let wake = (): void => {}
  let hasChanged = false
  const watching = (async () => {
    for await (const { filename } of watch(root, { recursive: true, signal: stop.signal })) {
      if (filename === null || !isLookedAt(filename)) continue
      hasChanged = true
      wake()
    }
  })().catch(() => wake())
  try {
    while (!signal.aborted) {
      hasChanged = false
      yield
      if (!hasChanged && !signal.aborted) {
        await new Promise<void>(resolve => {
          wake = resolve
          signal.addEventListener('abort', () => resolve(), { once: true })
        })
      }
      await new Promise(resolve => setTimeout(resolve, kQuietMs))
    }
  } finally {
    signal.removeEventListener('abort', aborted)
    stop.abort()
    await watching
  }
}

function isLookedAt(path: string): boolean {
  const folders = path.split(sep).slice(0, -1)
  return (
    kLookedAt.test(path) &&
    !kWritten.test(basename(path)) &&
    !folders.some(name => kLeftOut.has(name))
  )
}
