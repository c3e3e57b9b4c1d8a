/**
 * A real model before and after it is trained on a database's short groups: how well it tells winners from losers, how far
 * the winners' log-ratios lie apart, and how much of its own IR does what the C does.
 * `node bench/real-model.ts groups.db models/smollm2 --work runs/smollm2 [--methods sft,gepo] [--steps 100] [--rate 2e-5]
 * [--training lora|full] [--max-tokens 512] [--groups 128] [--units 64] [--threads 2] [--save <name>]`
 *
 * Each method goes on from the model of the one before. All models are evaluated on the test split by one configuration,
 * whose reference is the first one. What is done is kept in the work folder, so that an interrupted call goes on.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string', default: 'runs/real-model' },
    methods: { type: 'string', default: 'sft,gepo' },
    steps: { type: 'string', default: '100' },
    rate: { type: 'string', default: '2e-5' },
    training: { type: 'string', default: 'lora' },
    'number-type': { type: 'string', default: 'bfloat16' },
    batch: { type: 'string', default: '4' },
    'max-tokens': { type: 'string', default: '512' },
    groups: { type: 'string', default: '128' },
    units: { type: 'string', default: '64' },
    'new-tokens': { type: 'string', default: '384' },
    threads: { type: 'string', default: '2' },
    save: { type: 'string' },
  },
})
const [database = 'groups.db', firstModel = 'models/smollm2'] = positionals.map((path) => resolve(path))
const work = resolve(values.work)
const bin = resolve(import.meta.dirname, '../bin/gepo.mjs')
mkdirSync(work, { recursive: true })

/** @returns the path of the configuration */
function configure(name: string, method: string, model: string, maxTokens: number): string {
  const path = join(work, `${name}.yaml`)
  writeFileSync(
    path,
    stringify({
      method,
      model,
      reference: method === 'sft' ? undefined : model,
      out: join(work, name),
      data: { groups: database, cache: join(work, 'cache') },
      prompt: { style: 'chat' },
      length: { maxTokens },
      optimizer: { learningRate: Number(values.rate) },
      batch: { groups: Number(values.batch) },
      maxSteps: Number(values.steps),
      engine: {
        device: 'cpu',
        threads: Number(values.threads),
        numberType: values['number-type'],
        training: { kind: values.training },
        packedTokens: 4096,
      },
      evaluation: { everySteps: 1_000_000, groups: Number(values.groups), samples: 0 },
      checkpoints: { everySteps: 10 },
    }),
  )
  return path
}

function gepo(...args: string[]): string {
  const { status, signal, stdout } = spawnSync(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  // 3: some answers could not be judged, and the figures say how many.
  if (status !== 0 && status !== 3) throw new Error(`gepo ${args.join(' ')} ended with ${status ?? signal}`)
  return stdout
}

/** What the command prints as JSON, asked once. */
function once(name: string, ...args: string[]): unknown {
  const path = join(work, `${name}.json`)
  if (!existsSync(path)) writeFileSync(path, gepo(...args, '--json'))
  return JSON.parse(readFileSync(path, 'utf8'))
}

// A text is a prompt and an answer, whichever of the two limits it came from.
const room = Number(values['max-tokens']) + Number(values['new-tokens'])
const evaluating = configure('evaluate', 'gepo', firstModel, room)
function evaluate(name: string, model: string) {
  const asked = [evaluating, '--model', model, '--split', 'test']
  return {
    model: name,
    preference: once(`${name}-preference`, 'eval', ...asked, '--groups', values.groups),
    compile: once(
      `${name}-compile`,
      ...['eval', ...asked, '--compile', '--groups', values.units, '--max-tokens', values['new-tokens']],
      ...['--out', join(work, `${name}-answers.jsonl`)],
    ),
  }
}

const results = [evaluate('before', firstModel)]
let model = firstModel
for (const method of values.methods.split(',')) {
  const name = `after-${method}`
  const trained = once(
    `${name}-training`,
    'train',
    configure(name, method, model, Number(values['max-tokens'])),
  ) as { modelFolder: string }
  model = trained.modelFolder
  results.push({ ...evaluate(name, model), ...{ trained } })
}
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/real-model.ts ${process.argv.slice(2).join(' ')}`,
  results,
}
console.log(JSON.stringify(report, null, 2))
saveReport(values.save, report)
