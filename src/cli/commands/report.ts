/** `gepo report`: runs of training beside each other, as a page, a table or a picture. */
import { extname } from 'node:path'
import { type Command, Option } from 'commander'
import { nearestName } from '../../base/nearest-name.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import { explainUnwritten } from '../../export/explain-unwritten.ts'
import type { RunView } from '../../report/read-run.ts'
import type { ShownFigure } from '../../report/shown-figures.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'

interface ReportFlags {
  readonly out?: string
  readonly format: 'html' | 'md'
  readonly picture?: string
  readonly figure?: string
  readonly title: string
}

export function reportCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Puts runs of gepo train beside each other: what they ended with, their curves, the options that differ, and what the ' +
        'models answer. The page is one file that asks nothing of any host.',
    )
    .argument(
      '<run...>',
      'the "out" of a run, a folder that holds some, or name=folder: those of one name are drawn as one, with their means',
    )
    .option('--out <file>', 'where it goes (default: report.html; with --format md printed)')
    .addOption(
      new Option('--format <format>', 'a page, or tables in Markdown')
        .choices(['html', 'md'])
        .default('html'),
    )
    .option('--title <text>', 'of the page', 'Runs of training')
    .option('--picture <file.svg>', 'a curve of one figure for a README, in place of the page')
    .option('--figure <name>', 'of the picture, such as accuracy (default: the first that the tables have)')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo report runs/sft runs/gepo
  $ gepo report runs --format md
  $ gepo report SFT=runs/sft-1 SFT=runs/sft-2 GEPO=runs/gepo-1 GEPO=runs/gepo-2 --out seeds.html
  $ gepo report runs/sft runs/gepo --picture curve.svg --figure "verified equal"`,
    )
    .action(async (places: readonly string[], flags: ReportFlags) => {
      await runReport(places, flags, context)
      setExit(EXIT.done)
    })
}

async function runReport(
  places: readonly string[],
  { out, format, picture, figure, title }: ReportFlags,
  { stdout, stderr }: Context,
): Promise<void> {
  if (figure !== undefined && picture === undefined)
    throw new UserError('--figure is for --picture; give that too, or leave it out.')
  const { readNamedRuns } = await import('../../report/named-runs.ts')
  const runs = readNamedRuns(places)
  const write = (file: string, text: string) => {
    try {
      writeFileAtomically(file, text)
    } catch (error) {
      throw explainUnwritten(error, file, 'file')
    }
    stderr.write(`${file}: ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}\n`)
  }
  if (picture !== undefined) {
    write(picture, await drawPicture(runs, picture, figure))
    if (out === undefined) return
  }
  if (format === 'md') {
    const { runsMarkdown } = await import('../../report/runs-markdown.ts')
    const text = runsMarkdown(runs)
    if (out === undefined) stdout.write(text)
    else write(out, text)
    return
  }
  const { runsReport } = await import('../../report/runs-charts.ts')
  write(out ?? 'report.html', runsReport(title, runs))
}

async function drawPicture(
  runs: readonly RunView[],
  file: string,
  name: string | undefined,
): Promise<string> {
  if (extname(file).toLowerCase() !== '.svg')
    throw new UserError(`The picture is SVG; name a file such as curve.svg, not ${file}.`)
  const { curvePicture, PICTURE_COLOURS } = await import('../../report/curve-picture.ts')
  if (runs.length > PICTURE_COLOURS)
    throw new UserError(
      `A picture shows ${PICTURE_COLOURS} lines at most, not ${runs.length}; name fewer runs, or draw some as one by name=folder.`,
    )
  const { columnsOf } = await import('../../report/shown-figures.ts')
  const known = columnsOf(runs)
  const drawn = curvePicture(runs, chooseFigure(known, name))
  if (drawn === undefined) throw new Error('a column has no figure')
  return drawn
}

function chooseFigure(known: readonly ShownFigure[], name: string | undefined): ShownFigure {
  const [first] = known
  if (first === undefined)
    throw new UserError('The runs have no figures yet; wait for their first evaluation.')
  if (name === undefined) return first
  const found = known.find((one) => one.title === name || one.name === name)
  if (found !== undefined) return found
  const titles = known.map(({ title }) => title)
  const nearest = nearestName(name, titles)
  throw new UserError(
    `The runs have no figure "${name}"; ${nearest === undefined ? `they have ${titles.join(', ')}` : `did you mean "${nearest}"?`}${nearest === undefined ? '.' : ''}`,
  )
}
