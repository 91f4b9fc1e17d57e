/** Annotations of GitHub Actions: workflow commands that show a finding beside its line. */
import { relative } from 'node:path'

import type { Finding } from './failure.js'

/** Whether this runs as a step of GitHub Actions. */
export const isGithub = process.env['GITHUB_ACTIONS'] === 'true'

/** `::error file=drizzle/0001.sql,line=3,col=15::message` */
export function annotation(kind: 'error' | 'warning', finding: Finding): string {
  const { place, code, message, detail, hint } = finding
  const properties =
    place === undefined
      ? []
      : [
          `file=${property(repositoryPath(place.file))}`,
          ...(place.line === undefined ? [] : [`line=${place.line}`]),
          ...(place.column === undefined ? [] : [`col=${place.column}`]),
        ]
  const text = [code === null ? message : `${message} (${code})`, detail, hint]
  const head = properties.length === 0 ? kind : `${kind} ${properties.join(',')}`
  return `::${head}::${data(text.filter(part => part !== undefined).join('\n'))}`
}

/** Annotations name files from the top of the checkout, wherever the step runs. */
function repositoryPath(file: string): string {
  const top = process.env['GITHUB_WORKSPACE'] ?? process.cwd()
  const path = relative(top, file)
  return (path.startsWith('..') ? relative(process.cwd(), file) : path).replaceAll('\\', '/')
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** A text of the database's must not be taken for a command by the runner that reads our output. */
export function withoutCommands(text: string): string {
  return text.replace(/^(\s*)(?=::|##\[)/gm, '$1\u200b')
}
