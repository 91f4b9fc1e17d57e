/**
 * The elaborator that `ballast dev` keeps open for the other commands of the project, at an address
 * of its own that only this machine reaches. Who asks has to know the token, which only this user
 * can read.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname } from 'node:path'

import { Elaborator, type Job } from './elaborator.js'
import { noticeFile, type WarmNotice } from './warm.js'

declare const VERSION: string
declare const PGLITE_VERSION: string

// Schemas are texts that people write: the largest are some megabytes.
const kMaxBody = 64 * 1024 * 1024

/** Serves it until it is closed. */
export async function serveElaborator(root: string): Promise<{ close(): Promise<void> }> {
  const elaborator = new Elaborator()
  const token = randomBytes(24).toString('base64url')
  const server = createServer((request, response) => {
    answer(request, response, elaborator, token).catch(() => end(response, 500))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const notice: WarmNotice = { port, token, ballast: VERSION, pglite: PGLITE_VERSION }
  await leaveNotice(noticeFile(root), notice)
  // pgvector is what most schemas want that want anything.
  elaborator.prepare(['vector']).catch(() => {})
  return {
    close: async () => {
      await removeNotice(noticeFile(root), token)
      const closed = new Promise(resolve => server.close(resolve))
      server.closeAllConnections()
      await closed
      await elaborator.close()
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  elaborator: Elaborator,
  token: string,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== '/elaborate') return end(response, 404)
  if (!isEqual(request.headers.authorization ?? '', `Bearer ${token}`)) return end(response, 401)
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > kMaxBody) return end(response, 413)
    parts.push(part)
  }
  const job = JSON.parse(Buffer.concat(parts).toString()) as Job
  const result = await elaborator.run(job)
  end(response, 200, JSON.stringify(result))
  // A fresh one is opened now, so that the next job need not wait for it.
  await elaborator.prepare([]).catch(() => {})
}

function end(response: ServerResponse, status: number, body = ''): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

async function leaveNotice(file: string, notice: WarmNotice): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const beside = `${file}.${process.pid}.tmp`
  await writeFile(beside, JSON.stringify(notice), { mode: 0o600 })
  await chmod(beside, 0o600)
  await rename(beside, file)
}

/** Another `ballast dev` may have left its own there meanwhile. */
async function removeNotice(file: string, token: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '')
  if (text.includes(token)) await rm(file, { force: true })
}
