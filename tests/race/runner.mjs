// One runner of a race, in an isolate of its own.
import { parentPort, workerData as bundle } from 'node:worker_threads'

import { run } from 'ballast/migrate'

parentPort.on('message', async url => {
  let seen = []
  try {
    const summary = await run(bundle, {
      url,
      action: 'apply',
      environment: 'race',
      onEvent: event => { if (event.event === 'plan') seen = event.pending },
    })
    // What was pending when this runner looked for the first time.
    parentPort.postMessage({ summary: { ...summary, seen } })
  } catch (error) {
    const { code, message, detail } = error
    parentPort.postMessage({ error: { code, message, detail } })
  }
})
parentPort.postMessage('ready')
