/** What all commands about migrations share: how they begin, how they end, and Ctrl-C. */
import { loadConfig, type Config } from './config.js'
import { Failure, Question, failure } from './failure.js'
import { Screen } from './screen.js'
import { placeInStack } from './stack.js'
import { readVariables, type Variables } from './variables.js'

/** Flags that all of them take. */
export interface CommonFlags {
  json?: boolean
  config?: string
  envFile?: string
}

/** What a command has at hand. */
export interface Context {
  config: Config
  variables: Variables
  screen: Screen
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
  /** Takes what has to be closed before the command has ended. */
  atEnd(step: () => Promise<void>): void
}

const kEndedAdvice =
  'Something that it loaded did that, or waits for what never comes: look at what the schema and ' +
  'the configuration of Drizzle do while they are imported.'

/**
 * Runs a command and gives its exit code: 0 done, 1 failed, 2 needs an answer. `fail` says what
 * went wrong where that is no matter of the screen.
 */
export async function runCommand(
  flags: CommonFlags,
  body: (context: Context) => Promise<number>,
  { fail }: { fail?: ((failure: Failure, screen: Screen) => void) | undefined } = {},
): Promise<number> {
  const screen = new Screen({ json: flags.json === true })
  const say = (error: unknown): void => {
    if (fail === undefined) screen.fail(failureOf(error))
    else fail(failureOf(error), screen)
  }
  const stop = new AbortController()
  const last: (() => Promise<void>)[] = []
  let isOver = false
  const onSignal = (): void => {
    // What is done is done: its exit code says how.
    if (isOver) return
    if (stop.signal.aborted) end()
    screen.note('Stopping. Press Ctrl-C again to end at once.')
    stop.abort()
  }
  // Node would print these with their stacks, and a message there may quote a secret.
  const onCrash = (error: unknown): void => {
    say(error)
    end()
  }
  const end = (): never => {
    isOver = true
    process.exit(1)
  }
  // Code of the project that was loaded may end the process, or never come to its end itself.
  const onExit = (): void => {
    if (isOver) return
    screen.fail(failure('the command was ended before it was done', kEndedAdvice))
    process.exitCode = 1
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash).on('exit', onExit)
  try {
    const config = await loadConfig(flags.config)
    const variables = await readVariables(config.root, flags.envFile)
    const atEnd: Context['atEnd'] = step => last.push(step)
    return await body({ config, variables, screen, signal: stop.signal, atEnd })
  } catch (error) {
    if (error instanceof Question) {
      screen.ask(error)
      return 2
    }
    say(error)
    return 1
  } finally {
    screen.done()
    for (const step of last) await step().catch(() => {})
    isOver = true
    process.off('uncaughtException', onCrash).off('unhandledRejection', onCrash).off('exit', onExit)
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (!(error instanceof Error)) return failure(String(error))
  // Code of the project may throw when it was loaded long ago.
  const place = placeInStack(error.stack ?? '')
  return new Failure([{ code: null, message: error.message, place, hideLine: true }])
}
