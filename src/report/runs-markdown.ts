/** Runs in, a table of what they ended with and of how their options differ out, as Markdown. */
import { printable } from '../base/printable.ts'
import type { RunView } from './read-run.ts'
import { cellText, columnsOf, differingOptions, INTERVALS } from './shown-figures.ts'

export function runsMarkdown(runs: readonly RunView[]): string {
  const columns = columnsOf(runs)
  const differing = differingOptions(runs)
  return [
    ...table(
      ['run', 'steps', ...columns.map(({ title }) => title)],
      runs.map((run) => [
        run.name,
        run.steps === undefined || run.steps === run.step ? `${run.step}` : `${run.step} of ${run.steps}`,
        ...columns.map((column) => cellText(run, column)),
      ]),
    ),
    '',
    `In brackets: ${INTERVALS}.`,
    ...(runs.length < 2 || differing.length === 0
      ? []
      : [
          '',
          ...table(
            ['option', ...runs.map(({ name }) => name)],
            differing.map(({ name, values }) => [name, ...values.map((value) => value ?? '–')]),
          ),
        ]),
    '',
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map(cellOf).join(' | ')} |`
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)]
}

/** No text of a run ends a cell or a line. */
const cellOf = (text: string) =>
  printable(text)
    .replaceAll('\n', ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
