// Edge runtimes after Vercel's take a WebAssembly.Module from an import that says so.
import module from '../ballast-check.wasm?module'

export default module
