/**
 * Which scanner the row loop should stand on: `node tests/bench/kernels/run.mjs` builds simdjson's
 * fallback kernel and its SSE4.2 kernel over Emscripten's emulation of SSE, and prints how many
 * gigabytes a second each walks through beside the tape, which also decodes.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { openModule } from '../../support/module.mjs'
import { replyBytes } from '../replies.mjs'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const here = fileURLToPath(new URL('.', import.meta.url))
const simdjson = `${root}node_modules/@nozbe/simdjson/src`
const out = `${root}build/kernels`
mkdirSync(out, { recursive: true })

const KERNELS = {
  fallback: [],
  'sse4.2': [
    '-include', 'x86intrin.h',
    '-msse4.2', '-D__PCLMUL__=1', '-DSIMDJSON_IS_X86_64=1', `-I${here}x86`,
    ...['HASWELL', 'ICELAKE', 'FALLBACK'].map(name => `-DSIMDJSON_IMPLEMENTATION_${name}=0`),
  ],
}

function build(name, flags) {
  const path = `${out}/${name}.wasm`
  const { status } = spawnSync('em++', [
    `${here}walk.cpp`, `${simdjson}/simdjson.cpp`, `-I${simdjson}`, ...flags, '-std=c++20', '-O3',
    '-msimd128', '-DNDEBUG', '-fno-exceptions', '-fno-rtti', '-DSIMDJSON_EXCEPTIONS=0',
    '-Wno-ignored-attributes', '-Wno-unknown-attributes', '--no-entry', '-sSTANDALONE_WASM',
    '-sALLOW_MEMORY_GROWTH=1', '-sMALLOC=emmalloc', '-o', path,
  ], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
  return path
}

/** The best of several runs, in gigabytes a second: what the machine can do, not its noise. */
function speed(bytes, work) {
  let best = Infinity
  for (let i = 0; i < 40; i++) {
    const start = performance.now()
    work()
    best = Math.min(best, performance.now() - start)
  }
  return bytes / best / 1e6
}

function walker(path, typed) {
  const core = openModule(path)
  return bytes => {
    const at = core.alloc(bytes.length + 64)
    return () => {
      new Uint8Array(core.memory.buffer).set(bytes, at)
      if (core.walk(at, bytes.length, typed) < 0) throw new Error('simdjson rejects the reply')
    }
  }
}

function tape(path) {
  const core = openModule(path)
  const kinds = core.alloc(2048)
  return bytes => {
    const at = core.alloc(bytes.length + 64)
    return () => {
      new Uint8Array(core.memory.buffer).set(bytes, at)
      for (let from = 0, state = 0, width = 0; ;) {
        const block = core.scan(at + from, bytes.length - from, kinds, width, state | 0x200)
        const words = new Uint32Array(core.memory.buffer, block, 22)
        if (words[0] === 7) throw new Error('the tape rejects the reply')
        if (words[0] === 2) {
          width = words[4]
          new Uint8Array(core.memory.buffer).copyWithin(kinds, words[20], words[20] + width)
        }
        from += words[1]
        state = words[2]
        if (words[0] === 5 || words[0] === 4) return
      }
    }
  }
}

const columns = {
  'fallback walk': walker(build('fallback', KERNELS.fallback), 0),
  'fallback typed': walker(`${out}/fallback.wasm`, 1),
  'sse4.2 walk': walker(build('sse4.2', KERNELS['sse4.2']), 0),
  'sse4.2 typed': walker(`${out}/sse4.2.wasm`, 1),
  'tape, decoding': tape(`${root}build/wasm/ballast.wasm`),
}
for (const name of Object.keys(KERNELS)) {
  const bytes = readFileSync(`${out}/${name}.wasm`)
  console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`)
}
console.log(['GB/s'.padEnd(10), ...Object.keys(columns).map(name => name.padStart(15))].join(''))
for (const name of ['mixed', 'numbers', 'ascii', 'unicode', 'arrays', 'bytes', 'vectors']) {
  const bytes = replyBytes(name)
  const cells = Object.values(columns).map(make => speed(bytes.length, make(bytes)).toFixed(2))
  console.log([name.padEnd(10), ...cells.map(cell => cell.padStart(15))].join(''))
}
