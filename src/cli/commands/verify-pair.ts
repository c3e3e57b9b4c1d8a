/** `gepo verify <a> <b>`: flags in, the verdict on two files printed, the exit code out. */

import { fieldLines } from '../../base/field-lines.ts'
import { printable } from '../../base/printable.ts'
import type { Compiler } from '../../execute/choose-compiler.ts'
import type { AliveAnswer, AliveReport } from '../../verify/ask-alive.ts'
import type { VerifyFiles } from '../../verify/verify-files.ts'
import type { EdgeCount, PairVerdict } from '../../verify/verify-pair.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { type Palette, paletteFor } from '../render/palette.ts'

export interface PairFlags {
  readonly function?: string
  readonly inputs?: number
  readonly seconds?: number
  readonly seed: number
  readonly compiler?: Compiler
  readonly aliveTv?: string
  readonly json?: boolean
}

const EXITS: Readonly<Record<PairVerdict['verdict'], ExitCode>> = {
  equal: EXIT.done,
  differ: EXIT.failed,
  unknown: EXIT.unknown,
}

export async function runVerifyPair(
  paths: readonly [string, string],
  { function: name, inputs, seconds, seed, compiler, aliveTv, json }: PairFlags,
  context: Context,
): Promise<ExitCode> {
  const verifyFiles = await context.loadVerifyFiles()
  const options = { function: name, inputs, seconds, seed, compiler, aliveTv }
  const verdict = await verifyFiles(paths, options)
  const { witness = null, ...rest } = verdict
  context.stdout.write(
    json
      ? `${JSON.stringify({ ...rest, witness })}\n`
      : renderVerdict(verdict, paths, paletteFor(context.stdout)),
  )
  return EXITS[verdict.verdict]
}

const COLOURS = { equal: 'green', differ: 'red', unknown: 'yellow' } as const

function renderVerdict(
  { verdict, reason, witness, inputs, coverage, seed, units, alive }: Awaited<ReturnType<VerifyFiles>>,
  [a, b]: readonly [string, string],
  paint: Palette,
): string {
  const lines = [`${paint(COLOURS[verdict], verdict)}: ${printable(reason)}`]
  if (witness !== undefined) {
    const { a: resultA, b: resultB, ...input } = witness
    const shown = 'call' in input && input.call !== undefined ? callLines(input) : fieldLines(input)
    lines.push('input', ...indent(shown))
    for (const [path, result] of [
      [a, resultA],
      [b, resultB],
    ] as const)
      lines.push(`${printable(path)} gives`, ...indent(fieldLines(result)))
  }
  if (units.length > 1)
    lines.push(
      ...units.map((unit) => `  ${printable(unit.name)}: ${unit.verdict}, ${printable(unit.reason)}`),
    )
  if (verdict !== 'unknown')
    lines.push(
      `${inputs} inputs with the same result, edges ${edgeText(coverage.a)} in a, ${edgeText(coverage.b)} in b, seed ${seed}`,
    )
  if (alive !== undefined) lines.push(...aliveLines(alive))
  return `${lines.join('\n')}\n`
}

/** The values and blocks say what the call says, at greater length. */
const callLines = ({ call, stdin }: { readonly call?: string; readonly stdin?: string }) => [
  ...printable(call ?? '')
    .trimEnd()
    .split('\n'),
  ...(stdin === undefined ? [] : fieldLines({ stdin })),
]

const edgeText = ({ reached, total }: EdgeCount) => `${reached} of ${total}`

const indent = (lines: readonly string[]) => lines.map((line) => `  ${line}`)

function aliveLines(report: AliveReport): string[] {
  if (report.kind === 'absent') return [printable(report.detail)]
  const { function: name, forward, backward } = report
  return [
    `Alive2 on ${printable(name)}: b for a ${forward.kind}, a for b ${backward.kind}`,
    ...indent([forward, backward].flatMap(answerLines)),
  ]
}

const answerLines = (answer: AliveAnswer) =>
  answer.kind === 'correct' ? [] : printable(answer.detail).split('\n')
