/** Branches as Neon's API has them, and in words. */
import type { Context } from '../command.js'
import { failure } from '../failure.js'
import { printable } from '../source.js'
import { NeonApi, type ApiEvent } from './api.js'
import { readSettings, type BranchFlags } from './settings.js'

/** As much of a branch as is shown; what else Neon says is in the output of `--json`. */
export interface Branch {
  id: string
  name: string
  parent_id?: string
  current_state: string
  default: boolean
  protected: boolean
  created_at: string
  expires_at?: string
}

/** The API of the project, which tells the screen how far it is. */
export async function openApi(context: Context, flags: BranchFlags): Promise<NeonApi> {
  const settings = await readSettings(context, flags)
  return new NeonApi(settings, { signal: context.signal, onEvent: telling(context) })
}

/** Tells a conversation's events, to people and programs. */
export function telling({ screen }: Context): (event: ApiEvent) => void {
  return event => {
    screen.event(event)
    if (event.event === 'created') screen.status(`made ${event.name} (${event.branch}) …`)
    else if (event.event === 'waiting') {
      const seconds = (event.ms / 1000).toFixed(1)
      screen.note(`${printable(event.message)}; trying again in ${seconds} s.`)
    } else {
      const why = event.message === undefined ? '' : `: ${printable(event.message)}`
      screen.status(`${event.action.replaceAll('_', ' ')}: ${event.status}${why} …`)
    }
  }
}

const kUnits: Readonly<Record<string, number>> = { m: 60, min: 60, h: 3600, d: 86_400 }

/** `2h` or `7d` from now, or a time, as a time. */
export function expiryOf(text: string): string {
  const [, number, unit = ''] = /^(\d+) ?(m|min|h|d)$/.exec(text) ?? []
  if (number !== undefined) {
    return new Date(Date.now() + Number(number) * (kUnits[unit] ?? 0) * 1000).toISOString()
  }
  const at = Date.parse(text)
  if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\dT/.test(text)) {
    throw failure('--expires takes a time such as 2h, 7d or 2026-01-31T12:00:00Z')
  }
  return new Date(at).toISOString()
}

/** `main (br-…)` */
export function named({ name, id }: Branch): string {
  return `${printable(name)} (${id})`
}
