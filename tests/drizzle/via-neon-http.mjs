// drizzle-orm/neon-http on whatever @neondatabase/serverless is: itself, or an alias of ballast.
import { neonConfig } from '@neondatabase/serverless'
import { drizzle } from 'drizzle-orm/neon-http'
import { config, print, scenario } from './scenario.mjs'

neonConfig.fetchEndpoint = process.env.ENDPOINT
print(await scenario(drizzle(process.env.DATABASE_URL, config)))
