/** Bundles for workerd, and the isolate in which the contest runs. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles a Worker as wrangler would: workerd's conditions, `.wasm` as modules beside it. */
export async function bundle(entry, name, options = {}) {
  const outfile = `${root}build/bench/${name}/worker.js`
  rmSync(dirname(outfile), { recursive: true, force: true })
  await build({
    ...entry,
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    loader: { '.wasm': 'copy' },
    assetNames: '[name]-[hash]',
    absWorkingDir: root,
    logLevel: 'error',
    ...options,
  })
  return outfile
}

/** What every isolate of the benchmarks has in common. */
export function isolateOptions(scriptPath) {
  return {
    modules: true,
    modulesRoot: scriptPath.replace(/worker\.js$/, ''),
    scriptPath,
    modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
    compatibilityDate: '2026-04-01',
    cf: false,
  }
}

/** The Worker that runs lines of the contest. */
export async function benchWorker() {
  const scriptPath = await bundle({ entryPoints: [`${here}bench.worker.mjs`] }, 'contest')
  // With Buffer, as most Workers have it by now; the tests run without.
  const isolate = new Miniflare({
    ...isolateOptions(scriptPath), compatibilityFlags: ['nodejs_compat'],
  })
  return {
    async line(name, rounds, schema) {
      const body = JSON.stringify({ name, rounds, schema })
      const response = await isolate.dispatchFetch('http://bench/', { method: 'POST', body })
      if (!response.ok) throw new Error(await response.text())
      return response.json()
    },
    dispose: () => isolate.dispose(),
  }
}
