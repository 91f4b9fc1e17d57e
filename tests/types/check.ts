// What the entries for checks promise, in types.
import { BallastError, neon } from 'ballast'
import type { QueryEvent, Verdict } from 'ballast'
import { checker } from 'ballast/check'
import type { CheckResult, CheckSchema } from 'ballast/check'
import { queryHash, verified } from 'ballast/verified'
import type { VerifiedQueries } from 'ballast/verified'

declare const schema: CheckSchema
declare const queries: VerifiedQueries

const check = checker(schema).with(verified(queries))
export const both = neon('', { check, onViolation: 'warn' })
export const list = neon('', { check: verified(queries) })
// @ts-expect-error There is no such way.
neon('', { check, onViolation: 'maybe' })
// @ts-expect-error A check belongs to the client, not to a query.
await both.query('select 1', [], { check })

export function said(result: CheckResult): string {
  switch (result.verdict) {
    case 'ok': return `${result.parameters[0]?.type} ${result.columns[0]?.nullable}`
    case 'error': return `${result.error.position} ${result.error.suggestion ?? ''}`
    case 'notChecked': return result.why
  }
}
export const name: string = queryHash('select 1') + said(check.check('select 1'))

export function told({ verdict, reports = [] }: QueryEvent): Verdict | null {
  for (const { kind, message, position } of reports) {
    if (kind === 'drift') console.log(message, position)
  }
  return verdict
}

export function shown(error: unknown): number | undefined {
  return error instanceof BallastError ? error.parameter : undefined
}
