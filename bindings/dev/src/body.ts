/** Reading the body of a request, up to a limit. */
import type { IncomingMessage } from 'node:http'

import { CancelledError, EndpointError } from './errors.js'

/**
 * Reads the whole body, or throws 413. What is over the limit is read and dropped: a client that
 * is still sending would otherwise see its connection break, and never the answer.
 */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let size = 0
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) chunks.push(chunk)
      else chunks = []
    })
    incoming.on('end', () => {
      if (size <= limit) resolve(Buffer.concat(chunks))
      else reject(new EndpointError(413, `request is too large (max is ${limit} bytes)`))
    })
    incoming.on('error', () => reject(new CancelledError()))
    incoming.on('close', () => reject(new CancelledError()))
  })
}
