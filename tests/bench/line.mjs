/** One line of the contest in Node, for a process of its own: `node line.mjs NAME ROUNDS`. */
import * as official from '@neondatabase/serverless'
import * as ours from 'ballast'
import { contest } from './contest.mjs'

const [name, rounds] = process.argv.slice(2)
const result = await contest(name, { official, ours, isWorkerd: false, rounds: Number(rounds) })
console.log(JSON.stringify(result))
