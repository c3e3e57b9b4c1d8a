/** A process that trains and dies without warning at a given optimiser step: for tests of what is left then. */
import { readFileSync } from 'node:fs'
import type { TrainConfig } from '../../../src/config/train-config.ts'
import { train } from '../../../src/train/loop/train.ts'
import { openBigramEngine } from '../engine/bigram-engine.ts'

const [configFile, killAt] = process.argv.slice(2)
const config = JSON.parse(readFileSync(configFile!, 'utf8')) as TrainConfig
const engine = openBigramEngine((step) => {
  if (step === Number(killAt)) process.kill(process.pid, 'SIGKILL')
})
await train(config, { engine, report: () => {} })
