/** The elaborator that `ballast dev` keeps open: how it is found, and how it is asked. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Job, JobResult } from './elaborator.js'

declare const VERSION: string
declare const PGLITE_VERSION: string

/** What `ballast dev` leaves in `.ballast/dev.json` for the other commands of the project. */
export interface WarmNotice {
  port: number
  token: string
  ballast: string
  pglite: string
}

/** The file with the notice, in the project's folder. */
export function noticeFile(root: string): string {
  return join(root, '.ballast', 'dev.json')
}

// Nobody waits longer for it than an elaborator of one's own takes to open.
const kAnswerMs = 60_000

/** Has the warm elaborator do a job; null where there is none, or it is of another version. */
export async function askWarm(root: string, job: Job): Promise<JobResult | null> {
  try {
    const notice = JSON.parse(await readFile(noticeFile(root), 'utf8')) as WarmNotice
    if (notice.ballast !== VERSION || notice.pglite !== PGLITE_VERSION) return null
    const response = await fetch(`http://127.0.0.1:${notice.port}/elaborate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${notice.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(job),
      signal: AbortSignal.timeout(kAnswerMs),
    })
    if (response.status !== 200) return null
    const result = (await response.json()) as JobResult
    return Array.isArray(result.cells) ? result : null
  } catch {
    // It has ended, or something else listens there now: it was only ever a short cut.
    return null
  }
}
