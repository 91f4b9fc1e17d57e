/** `ballast export`. */
import { runCommand } from './command.js'
import { renderModel } from './schema/models.js'
import { writeDiagram } from './schema/types-diagram.js'
import { modelFrom, type SourceFlags } from './schema/types-source.js'

/** The flags of `ballast export`, as commander names them. */
export interface ExportFlags extends SourceFlags {
  format?: 'sql' | 'json' | 'mermaid'
}

/** Prints the schema; with `--json` as the one event that there is. */
export async function exportCommand(flags: ExportFlags): Promise<number> {
  return runCommand(flags, async context => {
    const { config, screen } = context
    const { format = 'sql' } = flags
    const model = await modelFrom(context, flags)
    const text =
      format === 'json'
        ? model.text
        : format === 'mermaid'
          ? writeDiagram(model)
          : await renderModel(model, config.postgres)
    screen.event({ event: 'done', format, text, unmodelled: model.unmodelled })
    // As it is: what a diagram or a script says is read by programs, and no terminal.
    if (!screen.json) process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    for (const { kind, name } of model.unmodelled) screen.note(`Not in it: ${kind} ${name}`)
    return 0
  })
}
