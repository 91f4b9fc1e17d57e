/** The example Worker's migrations as the module that it imports, by `ballast bundle`. */
import { join } from 'node:path'
import { main, run, top } from './run.mjs'

await main(() =>
  run(process.execPath, [join(top, 'bindings/cli/dist/cli.js'), 'bundle'], {
    cwd: join(top, 'worker'),
  }),
)
