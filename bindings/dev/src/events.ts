/** What a running endpoint reports. */
import type { Fault } from './chaos.js'

/** One report. None holds SQL, parameters or a password. */
export type DevEvent =
  | { event: 'progress'; message: string }
  | { event: 'loaded'; file: string }
  | { event: 'request'; ordinal: number; status: number; ms: number }
  | { event: 'fault'; ordinal: number; fault: Fault; ms?: number }
  | { event: 'failure'; message: string }
