/** A WebAssembly module of ours, opened in Node. */
import { readFileSync } from 'node:fs'

/** The exports of the module at `path`; what it imports is there and does nothing. */
export function openModule(path) {
  const module = new WebAssembly.Module(readFileSync(path))
  const imports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    (imports[from] ??= {})[name] = () => 0
  }
  const { exports } = new WebAssembly.Instance(module, imports)
  exports._initialize?.()
  return exports
}
