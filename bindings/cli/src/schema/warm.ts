/** The elaborator that `ballast dev` keeps open: how it is found, and how it is asked. */
import { readFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
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
    const text = await post(notice, JSON.stringify(job))
    const result = JSON.parse(text) as JobResult
    return Array.isArray(result.cells) ? result : null
  } catch {
    // It has ended, or something else listens there now: it was only ever a short cut.
    return null
  }
}

/** By Node's own HTTP, since it takes 50 ms of CPU to load what makes `fetch`. */
async function post({ port, token }: WarmNotice, body: string): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const signal = AbortSignal.timeout(kAnswerMs)
    const where = { host: '127.0.0.1', port, path: '/elaborate', method: 'POST', headers, signal }
    request(where, resolve).once('error', reject).end(body)
  })
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`)
  const parts: Buffer[] = []
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts).toString()
}
