/** Findings as SARIF, which code-scanning services read. */
import { relative } from 'node:path'

import type { Place } from '../failure.js'
import type { Checked } from '../folder-findings.js'

declare const VERSION: string

// What has no code of its own.
const kRule = 'ballast'

/** A log of one run. What has no place is shown at `usual`, since GitHub takes none without. */
export function sarif(findings: readonly Checked[], usual: string): string {
  const rules = [...new Set(findings.map(({ code }) => code ?? kRule))].sort()
  const driver = { name: 'ballast', version: VERSION, rules: rules.map(id => ({ id })) }
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'unicodeCodePoints',
        results: findings.map(each => resultOf({ ...each, place: each.place ?? { file: usual } })),
      },
    ],
  }
  return JSON.stringify(log, null, 2)
}

function resultOf({ severity, code, message, place, ...more }: Checked & { place: Place }): object {
  const { detail, hint, notes, advice } = more
  const text = [message, detail, hint, ...(notes ?? []), advice]
    .filter(part => part !== undefined && part !== '')
    .join('\n')
  const region =
    place.line === undefined
      ? {}
      : {
          region: {
            startLine: place.line,
            ...(place.column === undefined ? {} : { startColumn: place.column }),
          },
        }
  const physicalLocation = { artifactLocation: { uri: uriOf(place.file) }, ...region }
  const locations = [{ physicalLocation }]
  return { ruleId: code ?? kRule, level: severity, message: { text }, locations }
}

/** Files are named from the top of the checkout. */
function uriOf(file: string): string {
  const top = process.env['GITHUB_WORKSPACE'] ?? process.cwd()
  return relative(top, file)
    .split(/[\\/]/)
    .map(encodeURIComponent)
    .join('/')
}
