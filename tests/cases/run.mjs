/**
 * Runs the Markdown cases: under each `##` heading, a fenced block whose info string is a verb of
 * tests/cases/dump.cpp, then one with `out` that holds what the verb must print.
 *
 *   node tests/cases/run.mjs --native build/debug/cases      in a native build
 *   node tests/cases/run.mjs --wasm build/wasm/cases.wasm    in WebAssembly
 *   … --only tape                                            files whose path holds the word
 *   … --accept                                               rewrites the files: review the diff
 *
 * In a block whose info string ends with `bytes`, `\xNN` stands for one byte.
 */
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openModule } from '../support/module.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: args } = parseArgs({
  options: {
    native: { type: 'string' },
    wasm: { type: 'string' },
    only: { type: 'string' },
    accept: { type: 'boolean' },
  },
})

/** Asks the native program, which answers in order. */
function openNative(path) {
  const child = spawn(path, { stdio: ['pipe', 'pipe', 'inherit'] })
  let received = Buffer.alloc(0)
  let wake = () => {}
  let ended = false
  child.stdout.on('data', data => {
    received = Buffer.concat([received, data])
    wake()
  })
  child.on('exit', () => { ended = true; wake() })
  const take = async () => {
    for (;;) {
      const newline = received.indexOf(10)
      const size = Number(received.toString('latin1', 0, Math.max(newline, 0)))
      if (newline >= 0 && received.length > newline + size) {
        const out = received.toString('utf8', newline + 1, newline + 1 + size)
        received = received.subarray(newline + 1 + size)
        return out
      }
      if (ended) return `the program ended with ${child.exitCode ?? child.signalCode}\n`
      await new Promise(resolve => { wake = resolve })
    }
  }
  return {
    run(verb, input) {
      const head = Buffer.from(`${verb} ${input.length}\n`)
      if (!ended) child.stdin.write(Buffer.concat([head, input]))
      return take()
    },
    close: () => child.stdin.end(),
  }
}

function openWasm(path) {
  const exports = openModule(path)
  return {
    async run(verb, input) {
      const name = Buffer.from(verb)
      const at = exports.alloc(name.length + input.length + 1)
      new Uint8Array(exports.memory.buffer).set(Buffer.concat([name, input]), at)
      const out = exports.run(at, name.length, at + name.length, input.length)
      const [text, size] = new Uint32Array(exports.memory.buffer, out, 2)
      exports.free(at)
      return Buffer.from(exports.memory.buffer, text, size).toString('utf8')
    },
    close() {},
  }
}

function bytesOf(text) {
  return Buffer.from(Buffer.from(text).toString('latin1').replace(/\\x([0-9a-f]{2})/g,
    (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
}

// A heading, anything, the verb and its input, anything, what comes out.
const CASE = new RegExp(
  '^## (.*)\\n(?:(?!^## )[^])*?^```(\\w+)( bytes)?\\n([^]*?)^```\\n' +
  '(?:(?!^```)[^])*?^```out\\n([^]*?)^```$', 'gm',
)

async function runFile(path, judge) {
  const text = readFileSync(path, 'utf8')
  let accepted = ''
  let at = 0
  let found = 0
  for (const match of text.matchAll(CASE)) {
    const [whole, name, verb, isBytes, input, expected] = match
    found++
    const actual = await judge(verb, isBytes === undefined ? Buffer.from(input) : bytesOf(input))
    const line = text.slice(0, match.index).split('\n').length
    if (actual === expected) counts.passed++
    else if (args.accept) counts.accepted++
    else {
      counts.failed++
      console.log(`${path}:${line}: ${name}\n  expected:\n${expected}  actual:\n${actual}`)
    }
    const start = match.index + whole.length - 3 - expected.length
    accepted += text.slice(at, start) + actual
    at = start + expected.length
  }
  const headings = text.match(/^## /gm)?.length ?? 0
  if (headings !== found) {
    counts.failed++
    console.log(`${path}: ${headings} headings, but ${found} cases`)
  }
  if (args.accept) writeFileSync(path, accepted + text.slice(at))
}

const counts = { passed: 0, failed: 0, accepted: 0 }
const host = args.wasm === undefined ? openNative(args.native) : openWasm(args.wasm)
const files = readdirSync(here, { recursive: true }).map(String).sort()
for (const file of files) {
  if (!file.endsWith('.md') || (args.only && !file.includes(args.only))) continue
  await runFile(join(here, file), (verb, input) => host.run(verb, input))
}
host.close()
if (counts.accepted > 0) console.log(`${counts.accepted} cases accepted`)
console.log(`cases: ${counts.passed} passed, ${counts.failed} failed`)
process.exitCode = counts.failed > 0 || counts.passed + counts.accepted === 0 ? 1 : 0
