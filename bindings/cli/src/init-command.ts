/** `ballast init`. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { runPlain } from './init-run.js'
import { confirm, isInteractive } from './confirm.js'
import { failure } from './failure.js'
import { planInit, type Ci, type Planned } from './init-files.js'

/** The flags of `ballast init`, as commander names them. */
export interface InitFlags {
  json?: boolean
  yes?: boolean
  ci?: Ci
}

/** Writes what the project in the working directory lacks, and nothing over what it has. */
export async function initCommand(flags: InitFlags): Promise<number> {
  return runPlain(flags, async screen => {
    const root = process.cwd()
    const { files, kept, schema } = await planInit(root, flags.ci)
    const width = Math.max(0, ...files.map(({ path }) => path.length))
    const lines = files.map(({ path, what, isAdded }) => {
      return `  ${isAdded ? 'added to' : 'wrote   '}  ${path.padEnd(width)}  ${what}`
    })
    if (files.length > 0 && flags.yes !== true && isInteractive() && !screen.json) {
      screen.note(`To write:\n${lines.map(line => line.replace(/wrote |added to/, '')).join('\n')}`)
      if (!(await confirm('Write these?'))) {
        screen.note('Nothing was written.')
        return 1
      }
    }
    for (const file of files) await write(root, file)
    screen.event({
      event: 'done',
      written: files.filter(({ isAdded }) => !isAdded).map(({ path }) => path),
      added: files.filter(({ isAdded }) => isAdded).map(({ path }) => path),
      kept,
      schema,
    })
    for (const line of lines) screen.say(line)
    for (const path of kept) screen.say(`  is there  ${path}`)
    screen.say(files.length === 0 ? 'Nothing is missing.' : next(schema))
    return 0
  })
}

function next(schema: string): string {
  return [
    `Then, with ${schema} as you want it:`,
    '  ballast dev                    a database on this machine, in a terminal of its own',
    '  ballast generate --name first  the migration',
    '  ballast migrate                applies it',
    '  npx wrangler dev               the Worker',
  ].join('\n')
}

/** A file that came meanwhile is not written over, and one that gets lines is never half there. */
async function write(root: string, { path, text, isAdded }: Planned): Promise<void> {
  const file = join(root, path)
  try {
    await mkdir(dirname(file), { recursive: true })
    if (!isAdded) {
      await writeFile(file, text, { flag: 'wx' })
      return
    }
    await writeFile(`${file}.${process.pid}.tmp`, text)
    await rename(`${file}.${process.pid}.tmp`, file)
  } catch (error) {
    throw failure(`${path} cannot be written: ${(error as Error).message}`)
  }
}
