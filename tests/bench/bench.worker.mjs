/** The contest inside an isolate of workerd: one line a request. */
import * as official from '@neondatabase/serverless'
import * as ours from 'ballast'
import { contest } from './contest.mjs'

export default {
  async fetch(request) {
    const { name, rounds } = await request.json()
    return Response.json(await contest(name, { official, ours, isWorkerd: true, rounds }))
  },
}
