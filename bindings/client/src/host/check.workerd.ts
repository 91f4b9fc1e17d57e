// workerd compiles the module when it loads the Worker, and `import` gives a WebAssembly.Module.
import module from '../ballast-check.wasm'

export default module
