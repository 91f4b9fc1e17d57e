/** The contest inside an isolate of workerd: one line a request. */
import * as official from '@neondatabase/serverless'
import * as ours from 'ballast'
import { checker } from 'ballast/check'
import { Memory } from '../../bindings/client/src/check/memory.ts'
import { checkContest, driverQuery } from './check-contest.mjs'
import { contest } from './contest.mjs'

export default {
  async fetch(request) {
    const { name, rounds, schema } = await request.json()
    if (schema === undefined) {
      return Response.json(await contest(name, { official, ours, isWorkerd: true, rounds }))
    }
    const peer = { peer: 'driver', theirs: driverQuery(official) }
    const options = { checker: checker(schema), Memory, ...peer, rounds, isWorkerd: true }
    return Response.json(await checkContest(name, options))
  },
}
