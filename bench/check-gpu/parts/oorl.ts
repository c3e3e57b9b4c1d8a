/**
 * Two steps of OORL by the trainer itself, as configs/qwen3-8b/oorl.yaml has them, with the time of each phase. The
 * model's weights are drawn, groups and tasks are made up, and the judge is a stub that takes no time: programs are not
 * run here. An answer ends by chance, after some hundred tokens. Nothing of 60 GB is written: checkpoints are left out.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import type { GroupConfig, RolloutConfig } from '../../../src/train/config/train-config.ts'
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import type { Judging } from '../../../src/train/policy/judging.ts'
import { train } from '../../../src/train/run/train.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { makeTokenizer } from '../../../src/train/tokenizer/make-tokenizer.ts'
import { syntheticTexts, writeSyntheticDatabase } from '../../../test/store/synthetic-records.ts'
import { gib, readContext, round, tell, usedGpuBytes } from '../context.ts'
import { WEIGHTS_SEED, writeLargeModel } from '../models.ts'
import { oorlConfig } from '../shipped-configs.ts'

const GROUPS = 30
const STEPS = 2
/** An id in so many ends an answer. */
const ENDS = 256

const { device, tiny, scratch } = readContext()
const large = writeLargeModel(scratch, tiny)
const numbers = Array.from({ length: GROUPS }, (_, n) => n)

function writeGroups(): string {
  const path = join(scratch, 'groups.db')
  writeSyntheticDatabase(path, GROUPS)
  return path
}

/** A tokenizer of a few hundred entries for a model of many more: what it cannot read is no part of a text. */
function writeTokenizer(): void {
  const { files } = makeTokenizer(syntheticTexts(GROUPS), 400)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(large.folder, name), text)
  const ends = Array.from({ length: Math.ceil(large.shape.vocabulary / ENDS) }, (_, i) => i * ENDS)
  writeFileSync(join(large.folder, 'generation_config.json'), JSON.stringify({ eos_token_id: ends }))
}

async function openStubJudging(): Promise<Judging> {
  const taskOf = (n: number): TranslationTask => ({
    id: `task ${n}`,
    problem: `problem ${n}`,
    dataset: 'made up',
    license: 'none',
    split: 'train',
    source: { language: 'python', code: `print(${n})\n`.repeat(20) },
    target: 'javascript',
    suite: {
      tests: [{ kind: 'stdin', input: '', output: `${n}\n` }],
      comparison: { kind: 'lines' },
      limits: { testMs: 1000, memoryBytes: 1e8, outputBytes: 1e4 },
    },
  })
  return {
    tasks: async ({ split }) => numbers.map(taskOf).filter((task) => task.split === split),
    judge: async (_, text) =>
      text.length % 2 === 0 ? { kind: 'passed' } : { kind: 'wrong-answer', test: 0, expected: '', got: '' },
    close: async () => {},
  }
}

/** Weights by chance and no checkpoints. */
function measuring(native: TensorEngine): TensorEngine {
  return {
    ...native,
    async openModel(options) {
      const model = await native.openModel({ ...options, randomWeights: WEIGHTS_SEED })
      return new Proxy(model, {
        get(target, name) {
          if (name === 'saveState' || name === 'exportCheckpoint') return async () => {}
          const value = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

const shipped = oorlConfig()
writeTokenizer()
mkdirSync(join(scratch, 'runs'), { recursive: true })
const data = { ...shipped.data, groups: writeGroups(), cache: null }
for (const cudaGraphs of [false, true]) {
  const config: RolloutConfig & GroupConfig = {
    ...shipped,
    data,
    model: large.folder,
    out: join(scratch, 'runs', `oorl-${cudaGraphs}`),
    maxSteps: STEPS,
    tasks: { ...shipped.tasks, targets: null },
    engine: { ...shipped.engine, device },
    evaluation: { ...shipped.evaluation, split: 'test', everySteps: 1000, groups: 1 },
    rollout: { ...shipped.rollout, cudaGraphs, maxNewTokens: tiny ? 16 : 512 },
    ...(tiny && { length: { ...shipped.length, maxTokens: 1024 } }),
  }
  const native = openTensorEngine()
  const steps: unknown[] = []
  const name = cudaGraphs ? 'byGraphs' : 'plain'
  await train(config, {
    engine: measuring(native),
    openJudging: openStubJudging,
    report: (event) => {
      if (event.kind !== 'step') return
      const { loss, gradientNorm, tokens, tokensPerSecond, rollout } = event
      steps.push({
        loss: round(loss),
        gradientNorm: gradientNorm === undefined ? null : round(gradientNorm),
        tokens,
        tokensPerSecond: round(tokensPerSecond),
        answerTokens: round(rollout?.responseTokens ?? 0),
        seconds: Object.fromEntries(
          Object.entries(rollout?.seconds ?? {}).map(([key, value]) => [key, round(value)]),
        ),
      })
      tell({ [name]: steps })
    },
  })
  await native.close()
  tell({
    judge: 'a stub',
    plannedGib: gib(planMemory(config, large.shape, 1).total),
    usedGib: gib(usedGpuBytes() ?? 0),
  })
}
