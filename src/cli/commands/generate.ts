/** `gepo generate`: prompts in, a model's answers out. */
import { text as readAll } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import { printable } from '../../base/printable.ts'
import { UserError } from '../../base/user-error.ts'
import { LEVELS, type Level } from '../../records/level.ts'
import { SPLITS, type Split } from '../../records/split.ts'
import type { NumberType } from '../../train/tensor-engine/tensor-engine.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { numberTypeOption, threadsOption } from '../flags/engine-options.ts'
import { numberWithin, wholeNumber } from '../flags/parse-number.ts'
import { withInterrupt } from '../progress/interrupt.ts'

interface GenerateFlags {
  readonly file: readonly string[]
  readonly groups?: string
  readonly split?: Split
  readonly limit?: number
  readonly prompt?: 'raw' | 'chat'
  readonly system?: string
  readonly level?: Level
  readonly samples: number
  readonly maxTokens: number
  readonly temperature?: number
  readonly topP: number
  readonly seed: number
  readonly batchSize: number
  readonly numberType?: NumberType
  readonly threads?: number
  readonly out?: string
  readonly json?: boolean
}

export function generateCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Asks a model: prints each answer as soon as it ends, or appends it to a file, which the same command goes on with. ' +
        "With a run's folder its best model is asked, by the run's own prompts. Exit 3: some prompts leave no room for an answer.",
    )
    .argument('<model>', 'folder of a model, or the "out" of gepo train')
    .argument('[prompt...]', 'what it is asked')
    .optionsGroup('What is asked:')
    .option(
      '--file <file>',
      'one text, or JSON lines with "prompt" (and "id"); - for standard input; may be repeated',
      (file: string, earlier: readonly string[]) => [...earlier, file],
      [],
    )
    .option('--groups <groups.db>', 'the C code of its groups')
    .addOption(new Option('--split <split>', 'groups of which split (default: test)').choices(SPLITS))
    .option('--limit <n>', 'so many groups, drawn by the seed (default: all)', wholeNumber(1))
    .addOption(
      new Option(
        '--prompt <style>',
        'the text itself, or as a message (default: as the run asked, else raw)',
      ).choices(['raw', 'chat']),
    )
    .option('--system <text>', "the system's message; with --prompt chat")
    .addOption(
      new Option('--level <level>', "what the run's prompts ask for, where they name one").choices(LEVELS),
    )
    .optionsGroup('How it answers:')
    .option('--max-tokens <n>', 'of an answer, at most', wholeNumber(1), 512)
    .option('--samples <n>', 'answers to each prompt', wholeNumber(1), 1)
    .option(
      '--temperature <t>',
      '0 takes the likeliest token (default: 0, or 1 for several answers)',
      numberWithin(0, 10),
    )
    .option('--top-p <p>', 'draw from the likeliest tokens that have this share', numberWithin(0, 1), 1)
    .option('--seed <n>', 'of what is drawn', wholeNumber(0), 0)
    .optionsGroup('Where to and by what:')
    .option('--out <file.jsonl>', 'append the answers there, and go on with what is there')
    .option('--json', 'print JSON lines')
    .option('--batch-size <n>', 'prompts that the model works on at a time', wholeNumber(1), 32)
    .addOption(numberTypeOption())
    .addOption(threadsOption())
    .addHelpText(
      'after',
      `
Examples:
  $ gepo generate runs/small-gepo 'int f(int x) { return x + 1; }'
  $ gepo generate models/qwen --prompt chat 'What does -O2 do?' --temperature 0.7
  $ gepo generate runs/small-gepo --groups groups.db --split test --samples 4 --out answers.jsonl
  $ cat f.c | gepo generate runs/small-gepo --file - --json

Ctrl-C keeps the answers that are whole; with --out the same command goes on from there.`,
    )
    .action(async (place: string, texts: readonly string[], flags: GenerateFlags) => {
      setExit(await runGenerate(place, texts, flags, context))
    })
}

async function runGenerate(
  place: string,
  texts: readonly string[],
  flags: GenerateFlags,
  { stdout, stderr, loadTensorEngine }: Context,
): Promise<ExitCode> {
  const { file, groups, split, limit, samples, topP, seed, batchSize, maxTokens, out, json, threads } = flags
  if (groups === undefined && (split !== undefined || limit !== undefined))
    throw new UserError('--split and --limit are for --groups; give that too, or leave them out.')
  if (flags.system !== undefined && flags.prompt !== 'chat')
    throw new UserError('--system is for --prompt chat; give that too, or leave it out.')
  const temperature = flags.temperature ?? (samples > 1 ? 1 : 0)
  if (samples > 1 && temperature === 0)
    throw new UserError(
      `--temperature 0 gives the same answer ${samples} times; raise it, or leave --samples out.`,
    )
  if (topP === 0) throw new UserError('--top-p 0 draws from nothing; give a share above 0.')
  const { readPrompts } = await import('../../evaluate/generate/read-prompts.ts')
  const prompts = await readPrompts({
    texts,
    files: file,
    ...(groups !== undefined && {
      groups: { database: groups, split: split ?? 'test', limit: limit ?? null, seed },
    }),
    readStdin: () => readAll(process.stdin),
  })
  const { generate } = await import('../../evaluate/generate/generate.ts')
  const engine = await loadTensorEngine(threads === undefined ? {} : { threads })
  try {
    const isAlone = prompts.length * samples === 1
    const { kind, answers, earlier, overlong } = await withInterrupt(
      () => stderr.write('Stopping.\n'),
      (signal) =>
        generate({
          place,
          prompts,
          style: flags.prompt,
          system: flags.system ?? null,
          level: flags.level ?? null,
          samples,
          maxTokens,
          temperature,
          topP,
          seed,
          batchSize,
          numberType: flags.numberType,
          out,
          engine,
          signal,
          onAnswer: (line) => {
            if (json) stdout.write(`${JSON.stringify(line)}\n`)
            else if (out === undefined) stdout.write(answerText(line, isAlone))
          },
        }),
    )
    for (const id of overlong) stderr.write(`Not asked, since it is too long: ${printable(id)}\n`)
    if (out !== undefined)
      stderr.write(`${out}: ${answers} answers${earlier === 0 ? '' : `, ${earlier} were there`}\n`)
    if (kind === 'interrupted') {
      if (out !== undefined) stderr.write('Interrupted; the same command goes on.\n')
      return EXIT.interrupted
    }
    return overlong.length > 0 ? EXIT.unknown : EXIT.done
  } finally {
    await engine.close()
  }
}

function answerText(
  { id, sample, answer, finish }: { id: string; sample: number; answer: string; finish: string },
  isAlone: boolean,
): string {
  const text = `${printable(answer)}${answer.endsWith('\n') ? '' : '\n'}`
  if (isAlone) return text
  const cut = finish === 'length' ? ', cut off' : ''
  return `== ${printable(id)}, answer ${sample + 1}${cut}\n${text}\n`
}
