/**
 * What small compilers begin with: `node bench/small-compilers/prepare.ts --work <folder>`, which goes on where it stopped.
 *
 * Leaves in the folder
 * - `functions.jsonl`: small functions with their roles and clusters (choose-functions.ts);
 * - `pairs.jsonl`: those that start the model, with their IR at each level;
 * - `groups.db`: groups of the others by `gepo build`, split by their roles;
 * - `new-model`: random weights, and a tokenizer made of the pairs.
 *
 * `--difficulty plain` makes functions that a model learns within half an hour (make-function.ts); `--mutated 0` leaves
 * those that start it as they are. `--functions <path>` takes C files too, such as CodeNet's: their functions of 3 to 12
 * lines join those that are made.
 * `--only functions,pairs,model` leaves the groups, which take longest, for later.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { writeFileAtomically } from '../../src/base/write-atomically.ts'
import { cSource } from '../../src/languages/c/c-source.ts'
import type { Level } from '../../src/records/level.ts'
import type { Split } from '../../src/records/split.ts'
import { readSources } from '../../src/sources/read-sources.ts'
import { openStore } from '../../src/store/store.ts'
import { makeModel } from '../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../src/train/model/model-sizes.ts'
import { type ChosenFunction, chooseFunctions, ROLES } from './choose-functions.ts'
import { compilePairs } from './compile-pairs.ts'
import type { Difficulty } from './make-function.ts'

const PARTS = ['functions', 'pairs', 'model', 'groups'] as const
const { values } = parseArgs({
  options: {
    work: { type: 'string' },
    only: { type: 'string', default: PARTS.join() },
    functions: { type: 'string' },
    start: { type: 'string', default: '16000' },
    train: { type: 'string', default: '1600' },
    validation: { type: 'string', default: '250' },
    test: { type: 'string', default: '450' },
    difficulty: { type: 'string', default: 'full' },
    mutated: { type: 'string', default: '0.6' },
    levels: { type: 'string', default: 'O0,O1' },
    seed: { type: 'string', default: '1' },
    hidden: { type: 'string', default: '256' },
    layers: { type: 'string', default: '4' },
    vocabulary: { type: 'string', default: '1024' },
    jobs: { type: 'string', default: '1' },
  },
})
const work = values.work ?? 'small-compilers'
const seed = Number(values.seed)
const levels = values.levels.split(',') as Level[]
const difficulty = values.difficulty as Difficulty
const place = (name: string) => join(work, name)

const readLines = <Line>(name: string): Line[] =>
  readFileSync(place(name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const writeLines = (name: string, lines: readonly object[]) =>
  writeFileAtomically(place(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
const functionsOf = (...roles: readonly string[]) =>
  readLines<ChosenFunction>('functions.jsonl').filter(({ role }) => roles.includes(role))

async function makeFunctions(): Promise<void> {
  if (existsSync(place('functions.jsonl'))) return
  const counts = {
    start: Number(values.start),
    train: Number(values.train),
    validation: Number(values.validation),
    test: Number(values.test),
  }
  const others = values.functions === undefined ? [] : await readShortFunctions(values.functions)
  const functions = chooseFunctions({ counts, seed, difficulty, others })
  const clusters = [...Map.groupBy(functions, ({ cluster }) => cluster).values()]
  const largest = Math.max(...clusters.map(({ length }) => length))
  console.error(
    `${functions.length} functions in ${clusters.length} clusters, the largest of ${largest}: ${ROLES.map(
      (role) => `${functions.filter((one) => one.role === role).length} ${role}`,
    ).join(', ')}`,
  )
  writeLines('functions.jsonl', functions)
}

async function readShortFunctions(path: string): Promise<string[]> {
  const texts: string[] = []
  for await (const item of readSources(path, { endings: cSource.endings })) {
    if (item.kind !== 'source') continue
    const { units } = await cSource.extractUnits(item.source, { kinds: ['function'] })
    texts.push(...units.map(({ code }) => code).filter((code) => isShort(code)))
  }
  return texts
}

function isShort(code: string): boolean {
  const lines = code.trim().split('\n').length
  return lines >= 3 && lines <= 12
}

async function makePairs(): Promise<void> {
  if (existsSync(place('pairs.jsonl'))) return
  const texts = functionsOf('start').map(({ text }) => text)
  const { pairs, leftOut } = await compilePairs(texts, {
    levels,
    seed,
    mutated: Number(values.mutated),
    heldOut: functionsOf('validation', 'test').map(({ text }) => text),
  })
  console.error(`${pairs.length} pairs; ${leftOut} mutants left out that are functions to be held out`)
  writeLines('pairs.jsonl', pairs)
}

async function makeNewModel(): Promise<void> {
  if (existsSync(place('new-model'))) return
  const texts = readLines<{ prompt: string; response: string }>('pairs.jsonl').flatMap(
    ({ prompt, response }) => [prompt, response],
  )
  const hidden = Number(values.hidden)
  const size = { ...MODEL_SIZES.small, hidden, headSize: hidden / MODEL_SIZES.small.heads }
  const { parameters, vocabulary } = await makeModel(texts, {
    ...size,
    intermediate: 3 * hidden,
    layers: Number(values.layers),
    vocabulary: Number(values.vocabulary),
    out: place('new-model'),
    seed,
    maxPositions: 1024,
  })
  console.error(`new-model: ${parameters} parameters, ${vocabulary} entries`)
}

/** All that a build does not finish is gone on with; the splits are set again after it. */
async function buildGroups(): Promise<void> {
  const functions = functionsOf('train', 'validation', 'test')
  writeLines(
    'group-sources.jsonl',
    functions.map(({ text }) => ({ Source_Code: text })),
  )
  const flags =
    `--unit function --levels ${levels} --losers 4 --classes ast=2,ir=1,malformed=1 --inputs 8 --seed ${seed} --jobs ${values.jobs}`.split(
      ' ',
    )
  await execa(
    process.execPath,
    [
      join(import.meta.dirname, '../../bin/gepo.mjs'),
      'build',
      'group-sources.jsonl',
      '--out',
      'groups.db',
      ...flags,
    ],
    { cwd: work, stdio: 'inherit' },
  )
  splitByRoles(functions)
}

function splitByRoles(functions: readonly ChosenFunction[]): void {
  const roles = new Map(functions.map(({ text, role }) => [text, role as Split]))
  const store = openStore(place('groups.db'))
  try {
    const ids = store.groupedSources()
    store.setSplits(new Map(ids.map((id) => [id, roles.get(store.source(id)!.text)!])))
  } finally {
    store.close()
  }
}

mkdirSync(work, { recursive: true })
const steps = { functions: makeFunctions, pairs: makePairs, model: makeNewModel, groups: buildGroups }
for (const part of PARTS) if (values.only.split(',').includes(part)) await steps[part]()
