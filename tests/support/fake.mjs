/** An HTTP server that stands where Neon would and answers what a test tells it to. */
import { createServer } from 'node:http'

/**
 * Starts on a free port. `answer(request, response, body)` writes each reply. Counts what the
 * platform limits: `waiting` for headers, `open` replies, and the most of either at once.
 */
export async function startFake(answer) {
  const seen = { requests: 0, waiting: 0, mostWaiting: 0, open: 0, mostOpen: 0 }
  const server = createServer(async (request, response) => {
    seen.requests++
    seen.mostWaiting = Math.max(seen.mostWaiting, ++seen.waiting)
    seen.mostOpen = Math.max(seen.mostOpen, ++seen.open)
    let waits = true
    const headersSent = () => {
      if (waits) seen.waiting--
      waits = false
    }
    const writeHead = response.writeHead
    response.writeHead = (...args) => {
      headersSent()
      return writeHead.apply(response, args)
    }
    response.once('close', () => {
      headersSent()
      seen.open--
    })
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    await answer(request, response, body)
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  return {
    seen,
    address: `127.0.0.1:${port}`,
    databaseUrl: `postgresql://user:s3cret-pass@127.0.0.1:${port}/db`,
    close: () => new Promise(resolve => server.close(resolve).closeAllConnections()),
  }
}

/** The reply to a query that gives one row of named text values. */
export function oneRow(values) {
  const fields = Object.keys(values).map((name, index) => ({
    name,
    tableID: 0,
    columnID: index + 1,
    dataTypeID: 25,
    dataTypeSize: -1,
    dataTypeModifier: -1,
    format: 'text',
  }))
  return { fields, rows: [Object.values(values)], command: 'SELECT', rowCount: 1, rowAsArray: true }
}

/** Sends JSON with a request id, as Neon does. */
export function send(response, status, value) {
  const headers = { 'content-type': 'application/json', 'neon-request-id': 'request-42' }
  response.writeHead(status, headers)
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

/** A PostgreSQL error as Neon's endpoint reports it, all of its keys given. */
export function sqlError(code, message, more = {}) {
  const names = [
    'severity',
    'detail',
    'hint',
    'position',
    'internalPosition',
    'internalQuery',
    'where',
    'schema',
    'table',
    'column',
    'dataType',
    'constraint',
    'file',
    'line',
    'routine',
  ]
  const fields = Object.fromEntries(names.map(name => [name, null]))
  return { message, code, ...fields, severity: 'ERROR', ...more }
}
