/** A Worker in real workerd: bundled by esbuild as wrangler would, run by miniflare. */
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { top } from './source.mjs'

/** Where `npm run build` leaves the modules, which sources import from where they will be. */
const dist = join(top, 'bindings/client/dist')

/**
 * Starts a Worker from its TypeScript entry. `outbound` is `host:port` or a function from Request
 * to Response, and takes every fetch that the Worker makes; without it they go out as they are.
 * Answers `{ fetch, logs, dispose }`, where `logs` holds what the Worker wrote to its console.
 */
export async function startWorker({ entry, bindings = {}, outbound, flags = [], alias = {} }) {
  const script = await bundle(entry, alias)
  const logs = []
  const miniflare = new Miniflare({
    modules: true,
    modulesRoot: dirname(script),
    scriptPath: script,
    modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
    compatibilityDate: '2026-04-01',
    compatibilityFlags: flags,
    cf: false,
    bindings,
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) stream.setEncoding('utf8').on('data', text => logs.push(text))
    },
    ...(outbound === undefined ? {} : { outboundService: outboundOf(outbound) }),
  })
  await miniflare.ready
  return {
    fetch: (path, init) => miniflare.dispatchFetch(`http://worker.test${path}`, init),
    logs,
    dispose: () => miniflare.dispose(),
  }
}

function outboundOf(outbound) {
  return typeof outbound === 'string' ? { external: { address: outbound, http: {} } } : outbound
}

/** Bundles an entry into its own folder under build/workerd, with the module beside it. */
async function bundle(entry, alias) {
  const key = createHash('sha256')
    .update(JSON.stringify([entry, alias, process.pid]))
    .digest('hex')
  const folder = join(top, 'build/workerd', key.slice(0, 16))
  mkdirSync(folder, { recursive: true })
  const outfile = join(folder, 'worker.js')
  await build({
    entryPoints: [resolve(top, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    alias,
    plugins: [copyModules(folder)],
    logLevel: 'error',
  })
  return outfile
}

// WebAssembly stays a file of its own: workerd compiles it before the Worker starts.
function copyModules(folder) {
  return {
    name: 'wasm',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path, resolveDir }) => {
        const wanted = resolve(resolveDir, path.replace(/\?module$/, ''))
        const name = basename(wanted)
        copyFileSync(existsSync(wanted) ? wanted : join(dist, name), join(folder, name))
        return { path: `./${name}`, external: true }
      })
    },
  }
}
