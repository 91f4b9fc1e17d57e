/** What the flag with the answers takes. */
import * as z from 'zod'

import type { Answer } from './plan.js'

const parts = z.array(z.string()).min(1)
const schema = z.array(
  z.union([
    z.object({ type: z.literal('rename'), kind: z.string(), from: parts, to: parts }),
    z.object({ type: z.literal('create'), kind: z.string(), entity: parts }),
    // Drizzle's hints may hold more, such as that a loss of data is confirmed.
    z.object({ type: z.literal('confirm_data_loss') }).transform(() => null),
  ]),
)

/** The answers in what was given, or null where that is something else. */
export function answersOf(given: unknown): Answer[] | null {
  const read = schema.safeParse(given)
  return read.success ? read.data.filter(answer => answer !== null) : null
}
