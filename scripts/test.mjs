/** `npm test [-- --only STAGE]... [-- --verbose]`: set-up, then every stage, then the counts. */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Advice, capture, main, top } from './run.mjs'
import { setUp } from './setup.mjs'
import { stages } from './stages.mjs'

const logs = join(top, 'build/log')

/** The stages named by `--only`, with the builds that they use where nothing is built yet. */
function choose(args) {
  const names = args.flatMap((arg, index) => (args[index - 1] === '--only' ? [arg] : []))
  if (names.length === 0) return stages
  for (const name of names) {
    if (stages.some(stage => stage.name === name)) continue
    throw new Advice(
      `There is no stage ${name}. Stages: ${stages.map(stage => stage.name).join(', ')}.`,
    )
  }
  const wanted = new Set(names)
  for (const stage of stages.toReversed()) {
    if (!wanted.has(stage.name)) continue
    for (const need of stage.needs ?? []) if (!isBuilt(need)) wanted.add(need)
  }
  return stages.filter(stage => wanted.has(stage.name))
}

function isBuilt(name) {
  return existsSync(join(top, stages.find(stage => stage.name === name).output))
}

async function runStage(stage, env, verbose) {
  const log = join(logs, `${stage.name}.log`)
  rmSync(log, { force: true })
  const commands = stage.commands()
  const outcome = {
    name: stage.name,
    ok: true,
    reason: '',
    text: '',
    done: 0,
    steps: commands.length,
  }
  for (const [command, ...args] of commands) {
    const options = { log, label: stage.name, seconds: stage.seconds, env, verbose }
    const { ok, reason, text } = await capture(command, args, options)
    Object.assign(outcome, { ok: outcome.ok && ok, reason: ok ? outcome.reason : reason, text })
    if (ok) outcome.done++
  }
  return { ...outcome, ...stage.count(outcome) }
}

function describe({ name, ok, passed, failed, reason }, seconds) {
  const verdict = ok && failed === 0 ? 'ok' : 'FAILED'
  const why = ok ? '' : `, ${reason}`
  const time = `${seconds.toFixed(1).padStart(6)} s`
  const counts = `${passed} passed, ${failed} failed`
  return `${verdict.padEnd(6)} ${name.padEnd(8)} ${time}  ${counts}${why}`
}

await main(async () => {
  const args = process.argv.slice(2)
  const chosen = choose(args)
  const env = await setUp('native')
  const began = Date.now()
  const results = new Map()
  for (const stage of chosen) {
    // A stage whose tests failed may have built what others need all the same.
    const broken = (stage.needs ?? []).find(need => results.get(need)?.failed > 0 && !isBuilt(need))
    if (broken !== undefined) {
      results.set(stage.name, { passed: 0, failed: 1, kinds: {} })
      console.log(`FAILED ${stage.name.padEnd(8)}      not run: ${broken} failed`)
      continue
    }
    const started = Date.now()
    console.log(`       ${stage.name} ...`)
    const result = await runStage(stage, env, args.includes('--verbose'))
    results.set(stage.name, result)
    const trouble = !result.ok || result.failed > 0
    if (trouble && !args.includes('--verbose')) {
      console.log(result.text.split('\n').slice(-200).join('\n'))
      console.log(`(all of it: build/log/${stage.name}.log)`)
    }
    console.log(describe(result, (Date.now() - started) / 1000))
  }
  const all = [...results.values()]
  const kinds = all
    .flatMap(result => Object.entries(result.kinds))
    .map(([kind, n]) => `${kind} ${n}`)
  const total = key => all.reduce((sum, result) => sum + result[key], 0)
  console.log(`\ntests: ${kinds.join(', ')}; ${Math.round((Date.now() - began) / 1000)} s`)
  console.log(`${total('passed')} passed, ${total('failed')} failed`)
  process.exitCode = total('failed') > 0 ? 1 : 0
})
