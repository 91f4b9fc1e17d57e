import { checker } from 'ballast/check'
import { verified } from 'ballast/verified'
import { schema } from './ballast/schema.js'
import { queries } from './ballast/verified.js'

/**
 * Looks at every query before it is sent, as PostgreSQL would. Made once, where the Worker starts;
 * the queries of this program are known already, and cost one look-up.
 */
export const check = checker(schema).with(verified(queries))
