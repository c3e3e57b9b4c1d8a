/**
 * A process that trains and dies without warning in a given optimiser step: for tests of what is left then. With other
 * ranks it says their processes' numbers first.
 */
import { readFileSync } from 'node:fs'
import type { TrainConfig } from '../../../src/train/config/train-config.ts'
import { openRanks } from '../../../src/train/run/open-ranks.ts'
import { train } from '../../../src/train/run/train.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { openBigramEngine } from '../tensor-engine/bigram-engine.ts'
import { openScriptedCompiling } from './scripted-compiling.ts'
import { openScriptedJudging } from './scripted-judging.ts'

const [kind, configFile, killAt] = process.argv.slice(2)
const config = JSON.parse(readFileSync(configFile!, 'utf8')) as TrainConfig
const engine = await openEngine()
const killing: TensorEngine = {
  ...engine,
  async openModel(options) {
    const model = await engine.openModel(options)
    const step = model.step.bind(model)
    let steps = 0
    model.step = (stepOptions) => {
      steps++
      if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL')
      return step(stepOptions)
    }
    return model
  },
}
if (kind === 'ranks') process.stdout.write(readFileSync('/proc/thread-self/children', 'utf8'))
await train(config, {
  engine: killing,
  openJudging: openScriptedJudging,
  openCompiling: openScriptedCompiling,
  report: () => {},
})

async function openEngine(): Promise<TensorEngine> {
  if (kind === 'ranks') return (await openRanks(config, process.env))!.engine
  return kind === 'native' ? openTensorEngine({ threads: 1 }) : openBigramEngine()
}
