/** Events and figures of runs, in words. */
import type { MigrateEvent } from 'ballast/migrate'

import type { Screen } from './screen.js'
import { printable } from './source.js'

/** `1 migration`, `2 migrations` */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** `12 ms`, `3.4 s`, `2 min 5 s` */
export function time(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** `building index 1,200 of 4,000 (30 %)` */
export function progress(phase: string, done: number, total: number | null): string {
  const grouped = (n: number): string => n.toLocaleString('en')
  if (total === null || total <= 0) return done > 0 ? `${phase} ${grouped(done)}` : phase
  const percent = Math.min(100, Math.floor((100 * done) / total))
  return `${phase} ${grouped(done)} of ${grouped(total)} (${percent} %)`
}

/** Tells of a run, to people and programs. */
export function teller(screen: Screen, verb = 'applying'): (event: MigrateEvent) => void {
  return event => {
    screen.event(event)
    if (event.event === 'progress') {
      const { tag, phase, done, total } = event
      screen.status(`${tag}: ${progress(phase, done, total)}`)
    } else if (event.event === 'applying') {
      screen.status(`${verb} ${event.tags.join(', ')} …`)
    } else {
      for (const line of wordsOf(event)) screen.note(printable(line))
    }
  }
}

type Told = Exclude<MigrateEvent, { event: 'progress' | 'applying' }>

function wordsOf(event: Told): string[] {
  switch (event.event) {
    case 'plan': {
      const { pending, unknown } = event
      return [
        ...(pending.length === 0 ? [] : [`${count(pending.length, 'migration')} to apply.`]),
        ...(unknown.length === 0
          ? []
          : [`Applied in the database, and not in the folder: ${unknown.join(', ')}.`]),
      ]
    }
    case 'adopted':
      return [`${event.tag}: applied by Drizzle, and taken over`]
    case 'renamed':
      return [`${event.tag}: applied as ${event.from ?? 'another name'}, whose statements it has`]
    case 'baseline':
      return [`${event.tag}: marked as applied`]
    case 'applied':
      return [appliedLine(event)]
    case 'started':
      return [`${event.tag}: ${event.statement} (line ${event.line}) …`]
    case 'repaired':
      return [`${event.tag}: taking away what a broken attempt has left: ${event.statement}`]
    case 'undone':
      return [`undone ${event.tag} (${time(event.ms)})`]
    case 'naming':
      return ['A request failed. Running it again to learn which statement it was …']
    case 'waiting':
      return [waitingLine(event)]
  }
}

function appliedLine(event: Extract<Told, { event: 'applied' }>): string {
  const { tag, segment, segments, ms } = event
  const part = segment + 1 === segments ? '' : `, part ${segment + 1} of ${segments}`
  return `applied ${tag}${part} (${time(ms)})`
}

function waitingLine({ why, code, ms, attempt }: Extract<Told, { event: 'waiting' }>): string {
  const reason = {
    lock: 'A lock is held by somebody else',
    retry: 'A request did not go through',
    another: 'Another run is at it',
  }[why]
  const named = code === null ? '' : ` (${code})`
  return `${reason}${named}; trying again in ${time(ms)}, attempt ${attempt + 1}.`
}
