// A stand-in for fetch that notes what is sent and answers what a test says.

export const URL_OF_TESTS = 'postgresql://user:secret@ep-test-1.us-east-2.aws.neon.tech/main'

/** The body of a reply, from columns `[name, oid]` and rows of text. */
export function result(columns, rows, command = 'SELECT') {
  return {
    fields: columns.map(([name, dataTypeID], i) => ({
      name, dataTypeID, tableID: 0, columnID: i, dataTypeSize: -1, dataTypeModifier: -1,
      format: 'text',
    })),
    rows,
    command,
    rowCount: rows.length,
    rowAsArray: true,
  }
}

export const ONE = result([['n', 23]], [['1']])

/** A reply as Neon sends it. */
export function reply(body, { status = 200, headers = {} } = {}) {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'neon-request-id': 'request-1', ...headers },
  })
}

/** An error as Neon sends it. */
export function refusal(fields, status = 400) {
  const names = ['message', 'code', 'detail', 'hint', 'position', 'internalPosition',
    'internalQuery', 'severity', 'where', 'table', 'column', 'schema', 'dataType', 'constraint',
    'file', 'line', 'routine']
  const body = Object.fromEntries(names.map(name => [name, fields[name] ?? null]))
  return reply(body, { status })
}

/**
 * Puts a stand-in for fetch in place for one test. `answer` is called with the request and its
 * ordinal; without it every query gets one row, and every batch one row each.
 */
export function stub(t, config, answer) {
  const sent = []
  config.fetchFunction = async (url, init) => {
    const text = typeof init.body === 'string' ? init.body : new TextDecoder().decode(init.body)
    const request = { url: String(url), init, headers: init.headers, body: JSON.parse(text) }
    sent.push(request)
    if (answer !== undefined) return answer(request, sent.length)
    return reply(request.body.queries ? { results: request.body.queries.map(() => ONE) } : ONE)
  }
  t.after(() => { config.fetchFunction = undefined })
  return sent
}
