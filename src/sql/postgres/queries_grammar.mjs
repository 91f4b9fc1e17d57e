/**
 * PostgreSQL's grammar, of which only queries are left.
 *
 *   node queries_grammar.mjs gram.y queries.y
 *
 * What nothing leads to any more bison leaves out by itself. A Worker that checks queries has half
 * as much to load; what it takes and what it says is the same, and which statements are queries
 * their first word tells (room `check`).
 */
import { readFileSync, writeFileSync } from 'node:fs'

const QUERIES = ['DeleteStmt', 'InsertStmt', 'MergeStmt', 'SelectStmt', 'UpdateStmt']

const [input, output] = process.argv.slice(2)
let text = readFileSync(input, 'utf8')

/** Puts `rule` in the place of a rule's alternatives, which end in a `;` of its own line. */
function replaceRule(name, alternatives) {
  const pattern = new RegExp(`^${name}:[\\s\\S]*?^\\s*;$`, 'm')
  if (!pattern.test(text)) {
    throw new Error(`${input}: no rule ${name}: a grammar that this does not know`)
  }
  text = text.replace(pattern, () => `${name}:\n${alternatives}\n;`)
}

replaceRule('stmt', `${QUERIES.join('\n| ')}\n| /*EMPTY*/ { $$ = NULL; }`)
replaceRule(
  'parse_toplevel',
  'stmtmulti { pg_yyget_extra(yyscanner)->parsetree = $1; (void) yynerrs; }',
)
writeFileSync(output, text)
