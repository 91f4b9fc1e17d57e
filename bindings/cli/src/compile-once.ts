/**
 * V8 compiles WebAssembly fast, and then what runs often once more and better, on other threads.
 * That costs a command several times what all else does, and none lives long enough to gain by it.
 */
import { setFlagsFromString } from 'node:v8'

// V8 keeps no promises about its flags, so they are set where they have been tried.
const kTriedNodes = ['20', '22', '24']
const kCompileOnce = ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering']

/** Has all that this process compiles from now on compiled once. */
export function compileOnce(): void {
  const [major = ''] = process.versions.node.split('.')
  if (kTriedNodes.includes(major)) kCompileOnce.forEach(flag => setFlagsFromString(flag))
}
