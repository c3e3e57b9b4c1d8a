/**
 * The whole way on some of the project's own C files: groups are built into demo.db, summed up, and one is shown.
 * Arguments go to `gepo build`, for example `npm run demo -- --limit 5`; more files too.
 */
import { rmSync } from 'node:fs'
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
const STEPS = [
  ['build', ...SOURCES.map((file) => join(ROOT, 'fixtures', file)), '--out', DATABASE, '--seed', '1'],
  ['stats', DATABASE],
  ['show', DATABASE],
]

const [build = [], ...rest] = STEPS
// A finished build does nothing the second time: a demo starts anew.
for (const suffix of ['', '-wal', '-shm']) rmSync(DATABASE + suffix, { force: true })
for (const step of [[...build, ...process.argv.slice(2)], ...rest]) {
  process.stderr.write(`\n$ gepo ${step.join(' ').replaceAll(`${ROOT}/`, '')}\n`)
  const code = await runInForeground(process.execPath, [join(ROOT, 'bin/gepo.mjs'), ...step], process.env)
  if (code !== 0) {
    process.exitCode = code
    break
  }
}
