/** How a command begins and ends that needs no configuration, since it is there to write one. */
import { Failure, failure } from './failure.js'
import { Screen } from './screen.js'

/** Runs a command and gives its exit code: 0 done, 1 failed. */
export async function runPlain(
  flags: { json?: boolean },
  body: (screen: Screen) => Promise<number>,
): Promise<number> {
  const screen = new Screen({ json: flags.json === true })
  try {
    return await body(screen)
  } catch (error) {
    const isOurs = error instanceof Failure
    screen.fail(isOurs ? error : failure(error instanceof Error ? error.message : String(error)))
    return 1
  } finally {
    screen.done()
  }
}
