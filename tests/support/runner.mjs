/** A runner that plays a script, in the place of `ballast-migrate.wasm`. */

/** A bundle with one migration, for what never looks into it. */
export const smallBundle = {
  format: 1,
  hash: 'a'.repeat(64),
  drizzle: null,
  order: 'non-linear',
  migrations: [
    {
      tag: '0000_first',
      when: 0,
      file: '0000_first.sql',
      fileHash: 'b'.repeat(64),
      hash: 'c'.repeat(64),
      lockTimeout: null,
      statementTimeout: null,
      segments: [
        {
          kind: 'transaction',
          line: 1,
          statements: [{ sql: 'create table t (id int)', line: 1, column: 1 }],
          makes: ['t'],
          touches: [],
          opaque: false,
          validates: [],
          writes: [],
          ends: false,
        },
      ],
      down: null,
    },
  ],
}

const address = {
  url: 'http://endpoint.test/sql',
  jwtUrl: 'http://endpoint.test/sql',
  host: 'endpoint.test',
  port: '',
  connectionString: 'postgresql://user:s3cret-pass@endpoint.test/main',
}

/**
 * `play` gets the options of each task and gives a generator, or a function, of its steps: each is
 * yielded as a head, or as `[head, body]`, and the yield gives the event that came next.
 */
export function scriptedRunner(play) {
  const tasks = new Map()
  const seen = { heads: [], events: [], live: 0, bundles: [] }
  let next = 1
  return {
    seen,
    isSpent: false,
    start(head) {
      seen.heads.push(head)
      seen.live++
      tasks.set(next, 'connect' in head ? null : play(head.migrate))
      return next++
    },
    step(task, head, body) {
      const event = JSON.parse(head)
      const script = tasks.get(task)
      if (script === undefined) throw new Error('a step of a task that has ended')
      if (script === null) return { head: { done: address }, body: new Uint8Array(0) }
      seen.events.push(event)
      if ('start' in event) seen.bundles.push(JSON.parse(new TextDecoder().decode(body)))
      const { value } = script.next({ ...event, body: new TextDecoder().decode(body) })
      const [step, bytes = ''] = Array.isArray(value) ? value : [value]
      return { head: step, body: new TextEncoder().encode(bytes) }
    },
    stop(task) {
      if (tasks.delete(task)) seen.live--
    },
  }
}

/** A request in a script, with its body as text. */
export const http = (body = '{"query":"select 1","params":[]}', alone = false) => [
  { http: { alone } },
  body,
]

/** A summary in which nothing happened, with `more` of it. */
export const summary = (more = {}) => ({
  applied: [],
  others: [],
  undone: [],
  adopted: [],
  baselined: [],
  renamed: [],
  pending: [],
  more: false,
  running: null,
  head: { seq: 0, hash: '' },
  requests: 0,
  ...more,
})
