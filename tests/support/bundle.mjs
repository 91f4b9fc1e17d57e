// Migrations of a test as a bundle: files in, what `ballast bundle` would write out.
import { fileURLToPath } from 'node:url'

import { openModule } from './module.mjs'
import { stepper } from './frames.mjs'

const file = fileURLToPath(new URL('../../build/wasm/ballast-tools.wasm', import.meta.url))
let tools

/**
 * Bundles `files`, `{ path: text }`. Throws what the bundler has to say; `summary` is its other
 * answer.
 */
export function bundleFiles(files, settings = {}) {
  tools ??= stepper(openModule(file))
  const list = Object.entries(files).map(([path, text]) => ({ path, text }))
  const { head, body } = tools.once({ bundle: settings }, JSON.stringify({ files: list }))
  if (head.error) throw Object.assign(new Error(head.error.message), head.error)
  return { bundle: JSON.parse(body), summary: head.done }
}
