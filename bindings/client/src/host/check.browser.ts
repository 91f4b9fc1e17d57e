// A URL that bundlers see and copy the file for. Not compileStreaming: it insists on a MIME type
// that not every server of static files sends.
const response = await fetch(new URL('../ballast-check.wasm', import.meta.url))

export default await WebAssembly.compile(await response.arrayBuffer())
