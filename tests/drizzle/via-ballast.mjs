// ballast/drizzle: no other driver is installed.
import { drizzle } from 'ballast/drizzle'
import { config, print, scenario } from './scenario.mjs'

print(await scenario(drizzle(process.env.DATABASE_URL, config)))
