/** `gepo init-model`: a small model of the right form, to try everything on without a download. */
import { type Command, Option } from 'commander'
import { openTrainingRows } from '../../store/training-rows.ts'
import type { ModelSize } from '../../train/model/init-model.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'

interface InitModelFlags {
  readonly out: string
  readonly size: ModelSize
  readonly vocabulary?: number
  readonly hidden?: number
  readonly layers?: number
  readonly maxPositions: number
  readonly textBytes: number
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
        .choices(['tiny', 'small', 'medium', 'large'])
        .default('small'),
    )
    .option('--vocabulary <n>', 'entries of the tokenizer at most (default: by the size)', wholeNumber(260))
    .option('--hidden <n>', 'width of the layers (default: by the size)', wholeNumber(8))
    .option('--layers <n>', 'number of layers (default: by the size)', wholeNumber(1))
    .option('--max-positions <n>', 'the longest sequence that it takes', wholeNumber(2), 8192)
    .option('--text-bytes <n>', 'text that the tokenizer is made from, at most', wholeNumber(1), 16_000_000)
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
  { out, size, json, hidden, layers, vocabulary, ...options }: InitModelFlags,
  context: Context,
): Promise<ExitCode> {
  const { initModel, MODEL_SIZES } = await import('../../train/model/init-model.ts')
  const preset = MODEL_SIZES[size]
  const rows = openTrainingRows(database)
  try {
    const summary = await initModel(rows, {
      ...preset,
      ...(hidden !== undefined && widthOf(hidden, preset.heads)),
      ...(layers !== undefined && { layers }),
      ...(vocabulary !== undefined && { vocabulary }),
      out,
      ...options,
    })
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

/** In the proportions of the sizes: heads as wide together as the layer, each of an even width for its rotation. */
function widthOf(hidden: number, heads: number) {
  return { hidden, intermediate: 3 * hidden, headSize: 2 * Math.max(1, Math.round(hidden / heads / 2)) }
}
