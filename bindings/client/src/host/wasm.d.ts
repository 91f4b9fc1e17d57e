declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}

declare module '*.wasm?module' {
  const module: WebAssembly.Module
  export default module
}

declare module '#wasm' {
  const module: WebAssembly.Module
  export default module
}

declare module '#migrate-wasm' {
  const module: WebAssembly.Module
  export default module
}

declare module '#check-wasm' {
  const module: WebAssembly.Module
  export default module
}

declare module 'node:fs' {
  export function readFileSync(path: URL): Uint8Array<ArrayBuffer>
}
