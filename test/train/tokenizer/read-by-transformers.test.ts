/** Models of `init-model` and of a run, as transformers reads them: the same ids, chats and log-probabilities. */
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import { openTrainingData } from '../../../src/train/data/open-training-data.ts'
import { sequencesOf, toTokenBatch } from '../../../src/train/data/token-batch.ts'
import { initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { createPromptStyle } from '../../../src/train/prompt/prompt-style.ts'
import { train } from '../../../src/train/run/train.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import { loadTokenizer, type TextTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'
import { makeTinyWorld, tinyConfig } from '../run/tiny-run.ts'
import { NO_ORACLE, ORACLE_PYTHON } from '../tensor-engine/ask-oracle.ts'
import { NO_ENGINE, openTiny } from '../tensor-engine/open-tiny.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const texts = globSync(['fixtures/{programs,functions}/*.c', 'fixtures/pairs/*.ll'], { cwd: root })
  .sort()
  .map((file) => readFileSync(join(root, file), 'latin1'))

interface Answer {
  readonly ids: number[][]
  readonly decoded: string[]
  readonly chat: string
  readonly end: number
  readonly parameters: number
  readonly logProbs: number[]
}

const reason = NO_ORACLE ?? NO_ENGINE
describe.skipIf(reason)(`a trained model in transformers ${reason ?? ''}`, () => {
  const world = makeTinyWorld(12)
  const start = join(world.folder, 'qwen3')
  const code = 'int f(void) { return 1; }\n'
  let tokenizer: TextTokenizer
  let ours: Float64Array
  let parameters: number
  let theirs: Answer

  beforeAll(async () => {
    const rows = openTrainingRows(world.database)
    const options = { ...MODEL_SIZES.tiny, out: start, seed: 1, maxPositions: 1024, textBytes: 1e6 }
    ;({ parameters } = await initModel(rows, options))
    rows.close()
    const config = tinyConfig(world, {
      model: start,
      maxSteps: 2,
      optimizer: { learningRate: 0.003 },
      engine: { numberType: 'float32' },
    })
    const engine = openTensorEngine({ threads: 1 })
    const { modelFolder } = await train(config, { engine, report: () => {} })
    await engine.close()

    tokenizer = await loadTokenizer(modelFolder!)
    const data = await openTrainingData(config, modelFolder!)
    const source = await data.source({ split: 'validation', limit: null, seed: 0 })
    const sequences = (await source.load(source.ids)).flatMap(sequencesOf)
    data.close()
    const model = await openTiny(modelFolder!, { training: { kind: 'none' } })
    ours = (await model.logProbs(toTokenBatch(sequences))).sums

    const request = {
      folder: modelFolder,
      texts,
      chat: [
        { role: 'system', content: 'Be exact.' },
        { role: 'user', content: `IR of ${code}` },
      ],
      sequences: sequences.map(({ prompt, response }) => [[...prompt], [...response]]),
    }
    const script = fileURLToPath(new URL('read_by_transformers.py', import.meta.url))
    const { stdout } = await execa(ORACLE_PYTHON, [script], {
      input: JSON.stringify(request),
      env: { HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '' },
    })
    theirs = JSON.parse(stdout)
  })
  afterAll(() => rmSync(world.folder, { recursive: true, force: true }))

  it('has the same ids for C and for IR, and gives the texts back', async () => {
    expect(texts.length).toBeGreaterThan(80)
    const ids = await tokenizer.encode(texts)
    expect(ids.map((list) => [...list])).toEqual(theirs.ids)
    expect(theirs.decoded).toEqual(texts)
  })

  it('has the same chat', () => {
    const style = createPromptStyle(
      {
        style: 'chat',
        template: 'IR of {{ code }}',
        system: 'Be exact.',
        date: '2024-07-26',
        response: '{{ ir }}',
        endToken: true,
      },
      tokenizer,
    )
    expect(style.prompt(code)).toBe(theirs.chat)
    expect(tokenizer.end.id).toBe(theirs.end)
  })

  it('has all its weights, and the same log-probabilities', () => {
    expect(theirs.parameters).toBe(parameters)
    expect(theirs.logProbs.length).toBeGreaterThan(0)
    theirs.logProbs.forEach((logProb, i) => {
      expect(Math.abs(ours[i]! - logProb)).toBeLessThan(1e-6 * Math.abs(logProb))
    })
  })
})
