/**
 * What the example Worker imports: its migrations, by `ballast bundle`, and its schema and queries,
 * by `ballast check`.
 */
import { join } from 'node:path'
import { main, run, top } from './run.mjs'

const ballast = command =>
  run(process.execPath, [join(top, 'bindings/cli/dist/cli.js'), command], {
    cwd: join(top, 'worker'),
  })

await main(async () => {
  await ballast('bundle')
  await ballast('check')
})
