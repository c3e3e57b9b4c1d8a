/** Translation tasks that a table of bigrams can learn. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { RolloutConfig } from '../../../src/train/config/train-config.ts'
import { loadTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'
import { makeTinyWorld } from './tiny-run.ts'

export interface TranslationWorld extends ReturnType<typeof makeTinyWorld> {
  readonly problems: string
}

/** 12 tasks to train on and 5 to validate on, half of them into Bash; a model whose every third token is an end. */
export async function makeTranslationWorld(): Promise<TranslationWorld> {
  const world = makeTinyWorld()
  const { end } = await loadTokenizer(world.model)
  const size = JSON.parse(readFileSync(join(world.model, 'config.json'), 'utf8')).vocab_size as number
  const weights = new Float64Array(size * size).map((_, i) => (i % size === end.id ? Math.log(size / 2) : 0))
  writeFileSync(join(world.model, 'bigram.safetensors'), new Uint8Array(weights.buffer))
  const problems = join(world.folder, 'problems.json')
  writeFileSync(problems, JSON.stringify(Array.from({ length: 17 }, (_, n) => taskOf(n))))
  return { ...world, problems }
}

function taskOf(n: number): TranslationTask {
  return {
    id: `task ${String(n).padStart(2, '0')}`,
    problem: `problem ${n}`,
    dataset: 'scripted',
    license: 'none',
    split: n < 12 ? 'train' : 'validation',
    source: { language: 'python', code: `print(${n})\n` },
    target: n % 2 === 0 ? 'bash' : 'javascript',
    suite: {
      tests: [{ kind: 'stdin', input: '', output: `${n}\n` }],
      comparison: { kind: 'lines' },
      limits: { testMs: 1000, memoryBytes: 1e8, outputBytes: 1e4 },
    },
  }
}

/** REINFORCE++ in steps of 4 tasks, at a learning rate at which a table of bigrams learns in a few. */
export function translationConfig(
  world: TranslationWorld,
  given: Record<string, unknown> = {},
): RolloutConfig {
  return parseTrainConfig({
    method: 'reinforce',
    model: world.model,
    out: join(world.folder, 'run'),
    tasks: { problems: world.problems },
    epochs: 3,
    optimizer: { learningRate: 0.2 },
    evaluation: { everySteps: 3 },
    checkpoints: { everySteps: 2 },
    engine: { numberType: 'float64' },
    ...given,
    rollout: { tasks: 4, samples: 4, maxNewTokens: 6, ...(given.rollout as object) },
  }) as RolloutConfig
}

/** Logged figures, all but what depends on the clock. */
export function withoutTimes(lines: Record<string, unknown>[]): Record<string, unknown>[] {
  const timeless = (figures: unknown) => {
    const { seconds: _, ...others } = (figures ?? {}) as Record<string, unknown>
    return others
  }
  return lines.map(({ tokensPerSecond: _, rollout, onPolicy, ...line }) => {
    const { drawn, ...joined } = (onPolicy ?? {}) as Record<string, unknown>
    return { ...line, rollout: timeless(rollout), onPolicy: { ...joined, drawn: timeless(drawn) } }
  })
}
