/**
 * The whole way on some of the project's own C files: groups are built into demo.db, summed up, and one is shown;
 * then a small model is made and trained on them, where the tensor engine is built. Arguments go to `gepo build`,
 * for example `npm run demo -- --limit 5`; more files too.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runInForeground } from './setup/run-in-foreground.mjs'
import { ROOT } from './setup.mjs'

const DATABASE = join(ROOT, 'demo.db')
/** One of a kind each; all fixtures would take several minutes. */
const SOURCES = [
  'programs/caesar.c',
  'programs/gcd-lcm-cases.c',
  'programs/binary-tree.c',
  'programs/bit-field-dates.c',
  'functions/integer-basics.c',
  'functions/list-walk.c',
  'functions/string-readers.c',
]
/** Folders of the training, by the names that configs/demo/*.yaml have for them. */
const MODEL = 'models/demo'
const RUNS = ['runs/demo-sft', 'runs/demo-gepo']
const TRAINER = process.env.GEPO_TRAINER ?? join(ROOT, 'native/trainer/build/trainer.node')
const TRAINING = [
  ['init-model', DATABASE, '--out', MODEL, '--size', 'tiny', '--max-positions', '1024'],
  ['train', 'configs/demo/1-sft.yaml'],
  ['train', 'configs/demo/2-gepo.yaml'],
]
const STEPS = [
  ['build', ...SOURCES.map((file) => join(ROOT, 'fixtures', file)), '--out', DATABASE, '--seed', '1'],
  ['stats', DATABASE],
  ['show', DATABASE],
  ...(existsSync(TRAINER) ? TRAINING : []),
]

const [build = [], ...rest] = STEPS
process.chdir(ROOT)
// A finished build, and a finished run, do nothing the second time: a demo starts anew.
for (const suffix of ['', '-wal', '-shm', '.cache', '.cache-wal', '.cache-shm']) {
  rmSync(DATABASE + suffix, { force: true })
}
for (const folder of [MODEL, ...RUNS]) rmSync(folder, { recursive: true, force: true })
for (const step of [[...build, ...process.argv.slice(2)], ...rest]) {
  process.stderr.write(`\n$ gepo ${step.join(' ').replaceAll(`${ROOT}/`, '')}\n`)
  const code = await runInForeground(process.execPath, [join(ROOT, 'bin/gepo.mjs'), ...step], process.env)
  if (code !== 0) {
    process.exitCode = code
    break
  }
}
if (!existsSync(TRAINER)) {
  process.stderr.write(
    '\nTraining is left out: the tensor engine is not built here; `npm run setup` says why.\n',
  )
}
