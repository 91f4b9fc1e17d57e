/** `ballast bundle`. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

import { runCommand, type CommonFlags } from './command.js'
import { migrationsOf, type Config } from './config.js'
import { failure } from './failure.js'
import { shortPath } from './source.js'
import { bundleFolder, type Bundled, type MigrationInfo } from './tools.js'
import { count } from './wording.js'
import { writeFileWhole } from './write.js'

/** The flags of `ballast bundle`, as commander names them. */
export interface BundleCommandFlags extends CommonFlags {
  out?: string
  check?: boolean
}

/** Writes the bundle, or tells whether it is up to date. */
export async function bundleCommand(flags: BundleCommandFlags): Promise<number> {
  return runCommand(flags, async ({ config, screen }) => {
    const file = flags.out === undefined ? config.bundle : resolve(flags.out)
    const types = file.replace(/\.(m?)js$/, '.d.$1ts')
    if (types === file) throw failure('--out takes a file that ends in .js or .mjs')
    const bundled = await bundleFolder(config)
    for (const warning of bundled.warnings) screen.warn(warning)
    const wanted = new Map([
      [file, moduleText(bundled, config)],
      [types, typesText(config)],
    ])
    const changed: string[] = []
    for (const [path, text] of wanted) if (!(await holds(path, text))) changed.push(path)
    const { format, hash, migrations } = bundled
    const isCheck = flags.check === true
    if (isCheck && changed.length > 0) {
      const names = changed.map(shortPath).join(' and ')
      const advice = 'Run `ballast bundle`, and commit what it writes.'
      throw failure(`${names} ${changed.length === 1 ? 'is' : 'are'} not up to date`, advice)
    }
    for (const path of changed) await writeFileWhole(path, wanted.get(path) ?? '')
    screen.event({
      event: 'done',
      file: shortPath(file),
      types: shortPath(types),
      changed: changed.length > 0,
      format,
      hash,
      migrations,
    })
    screen.say(summaryText(bundled, shortPath(file), isCheck || changed.length === 0))
    return 0
  })
}

function header(config: Config): string {
  // Relative to the project and not to who runs it: the text must be the same everywhere.
  const folder = migrationsOf(config).slice(config.root.length + 1).replaceAll('\\', '/')
  return `// Written by \`ballast bundle\` from ${folder}/; do not edit.\n`
}

function moduleText({ text }: Bundled, config: Config): string {
  return `${header(config)}export const bundle = ${text}\n`
}

function typesText(config: Config): string {
  return (
    `${header(config)}import type { Bundle } from 'ballast/migrate'\n\n` +
    'export declare const bundle: Bundle\n'
  )
}

/** Whether the file has this text; git may have given it other line ends. */
async function holds(file: string, text: string): Promise<boolean> {
  const found = await readFile(file, 'utf8').catch(() => null)
  return found?.replaceAll('\r\n', '\n') === text.replaceAll('\r\n', '\n')
}

function summaryText({ migrations }: Bundled, file: string, isCurrent: boolean): string {
  const width = Math.max(0, ...migrations.map(({ tag }) => tag.length))
  const lines = migrations.map(info => `  ${info.tag.padEnd(width)}  ${describe(info)}`)
  const end = `${file} ${isCurrent ? 'is up to date' : 'written'}: `
  return [...lines, `${end}${count(migrations.length, 'migration')}.`].join('\n')
}

function describe({ statements, segments, alone, batches, down, loses }: MigrationInfo): string {
  const parts = [
    count(statements, 'statement'),
    count(segments, 'segment'),
    ...(alone > 0 ? [`${alone} alone`] : []),
    ...(batches > 0 ? [`${batches} in batches`] : []),
    down ? `down${loses.length > 0 ? ' (loses data)' : ''}` : 'no down',
  ]
  return parts.join(', ')
}
