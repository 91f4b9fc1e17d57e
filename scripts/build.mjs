/** `npm run build [-- --wasm-only]`: the module, then the JavaScript of both packages. */
import { main } from './run.mjs'
import { buildJavaScript, buildWasm, setUp } from './setup.mjs'

await main(async () => {
  const env = await setUp('wasm')
  await buildWasm(env)
  if (!process.argv.includes('--wasm-only')) await buildJavaScript(env)
})
