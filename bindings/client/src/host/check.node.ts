import { readFileSync } from 'node:fs'

const file = new URL('../ballast-check.wasm', import.meta.url)

export default new WebAssembly.Module(readFileSync(file))
