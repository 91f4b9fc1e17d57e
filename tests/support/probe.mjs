/** The probing Worker of tests/workerd/probe.ts, with a function for each thing that it does. */
import { join } from 'node:path'
import { startWorker } from './miniflare.mjs'
import { top } from './source.mjs'

/** Starts it over a database URL. */
export async function startProbe(databaseUrl) {
  const worker = await startWorker({
    entry: 'tests/workerd/probe.ts',
    bindings: { DATABASE_URL: databaseUrl },
    alias: { '#wasm': join(top, 'bindings/client/src/host/wasm.workerd.ts') },
  })
  const ask = async (path, job) => {
    const init = job === undefined ? {} : { method: 'POST', body: JSON.stringify(job) }
    const response = await worker.fetch(path, init)
    if (response.status !== 200)
      throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }
  return {
    query: (text, params, options) => ask('/query', { text, params, options }),
    size: (text, params, options) => ask('/size', { text, params, options }),
    parallel: (text, times, options) => ask('/parallel', { text, times, options }),
    transaction: (text, times) => ask('/transaction', { text, times }),
    trap: () => ask('/trap'),
    stats: () => ask('/stats'),
    logs: worker.logs,
    dispose: worker.dispose,
  }
}
