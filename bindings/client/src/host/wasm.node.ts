import { readFileSync } from 'node:fs'

export default new WebAssembly.Module(readFileSync(new URL('../ballast.wasm', import.meta.url)))
