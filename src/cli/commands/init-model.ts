/** `gepo init-model`: a small model of the right form, to try everything on without a download. */
import { type Command, Option } from 'commander'
import { openTrainingRows } from '../../store/training-rows.ts'
import {
  DEFAULT_MAX_POSITIONS,
  DEFAULT_MODEL_SIZE,
  DEFAULT_TEXT_BYTES,
  MODEL_SIZES,
  type NewModelSizes,
  sizesOf,
} from '../../train/model/model-sizes.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'

interface InitModelFlags extends NewModelSizes {
  readonly out: string
  readonly seed: number
  readonly json?: boolean
}

export function initModelCommand(
  command: Command,
  context: Context,
  setExit: (code: ExitCode) => void,
): void {
  command
    .description(
      "Makes a model of Qwen3's architecture with random weights, in Hugging Face's format, and a byte-level BPE " +
        "tokenizer from the groups' texts. It can do nothing yet: train it by SFT first.",
    )
    .argument('<groups.db>', "database whose train split's texts the tokenizer is made from")
    .requiredOption('--out <folder>', 'folder to make')
    .addOption(
      new Option('--size <size>', '0.2, 4, 30 or 250 million parameters')
        .choices(Object.keys(MODEL_SIZES))
        .default(DEFAULT_MODEL_SIZE),
    )
    .option('--vocabulary <n>', 'entries of the tokenizer at most (default: by the size)', wholeNumber(260))
    .option('--hidden <n>', 'width of the layers (default: by the size)', wholeNumber(8))
    .option('--layers <n>', 'number of layers (default: by the size)', wholeNumber(1))
    .option(
      '--max-positions <n>',
      'the longest sequence that it takes',
      wholeNumber(2),
      DEFAULT_MAX_POSITIONS,
    )
    .option(
      '--text-bytes <n>',
      'text that the tokenizer is made from, at most',
      wholeNumber(1),
      DEFAULT_TEXT_BYTES,
    )
    .option('--seed <n>', 'the same seed gives the same weights', wholeNumber(0), 0)
    .option('--json', 'print what was made as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo init-model groups.db --out models/small
  $ gepo init-model groups.db --out models/tiny --size tiny --seed 7`,
    )
    .action(async (database: string, flags: InitModelFlags) => {
      setExit(await runInitModel(database, flags, context))
    })
}

async function runInitModel(
  database: string,
  { out, seed, json, ...sizes }: InitModelFlags,
  context: Context,
): Promise<ExitCode> {
  const { initModel } = await import('../../train/model/init-model.ts')
  const rows = openTrainingRows(database)
  try {
    const summary = await initModel(rows, { ...sizesOf(sizes), out, seed })
    context.stdout.write(
      json
        ? `${JSON.stringify(summary)}\n`
        : `${summary.out}: ${summary.parameters.toLocaleString('en-US')} parameters, ${summary.vocabulary} tokens from the texts of ${summary.groups} groups\n`,
    )
    return EXIT.done
  } finally {
    rows.close()
  }
}
