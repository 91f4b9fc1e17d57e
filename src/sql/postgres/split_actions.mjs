/**
 * Takes the parser that bison made and gives each action a function of its own.
 *
 *   node split_actions.mjs gram_bison.c gram_split.c
 *
 * Bison puts all actions into one switch within one function, and an engine that compiles
 * WebAssembly by functions must compile all of it before the first parse. Apart, only those are
 * compiled that a text uses; and actions that read the same are one.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const [input, output] = process.argv.slice(2)
const text = readFileSync(input, 'utf8')

/** What an action says, without the lines that tell where it was. */
function bodyOf(action) {
  return action
    .replace(/^#line .*\n/gm, '')
    .replace(/^\s*\n/gm, '')
    .trim()
}

/** The same without comments and layout. */
function meaningOf(body) {
  return body.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\s+/g, ' ')
}

function take(pattern, what) {
  const match = pattern.exec(text)
  if (match === null) throw new Error(`${input}: no ${what}: a bison that this does not know`)
  return match
}

const opening = take(/\n {2}switch \(yyn\)\n {4}\{\n/, 'switch of actions')
const start = opening.index + opening[0].length
const closing = text.indexOf('\n      default: break;\n    }\n', start)
const parser = take(/\n\/\*-+\.\n\| yyparse\. +\|\n/, 'parser')
if (closing < 0 || parser.index > start) throw new Error(`${input}: not bison's layout`)

const actions = text.slice(start, closing).split(/^ {2}case (\d+): .*\n/m)
const bodies = new Map()
const rules = []
for (let at = 1; at < actions.length; at += 2) {
  const end = actions[at + 1].lastIndexOf('    break;')
  if (end < 0) throw new Error(`${input}: rule ${actions[at]} does not end with a break`)
  const body = bodyOf(actions[at + 1].slice(0, end))
  const key = meaningOf(body)
  if (!bodies.has(key)) bodies.set(key, { index: bodies.size + 1, body })
  rules[Number(actions[at])] = bodies.get(key).index
}
if (bodies.size < 100) throw new Error(`${input}: only ${bodies.size} actions`)

const head =
  '(YYSTYPE *yyvalp, YYSTYPE *yyvsp, YYLTYPE *yylsp, YYLTYPE *yylocp, core_yyscan_t yyscanner)'
const unique = [...bodies.values()]
const functions = unique.map(
  ({ index, body }) => `static void action_${index} ${head}\n${body}\n`,
)
const names = unique.map(({ index }) => `action_${index}`)
const table = `
#define yyval (*yyvalp)
#define yyloc (*yylocp)
#define yynerrs 0
${functions.join('\n')}
#undef yyval
#undef yyloc
#undef yynerrs

static void (*const actions[]) ${head} = {0, ${names.join(', ')}};
static const unsigned short action_of_rule[] = {${[...rules].map(index => index ?? 0).join(', ')}};
`
const call = `
  if (yyn < ${rules.length} && action_of_rule[yyn] != 0)
    actions[action_of_rule[yyn]] (&yyval, yyvsp, yylsp, &yyloc, yyscanner);
`
writeFileSync(
  output,
  text.slice(0, parser.index) +
    table +
    text.slice(parser.index, opening.index) +
    call +
    text.slice(closing + '\n      default: break;\n    }\n'.length),
)
console.log(`${rules.filter(Boolean).length} actions, ${bodies.size} functions`)
