/** A database of three functions with real evidence, and what a test's model may write about them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extractUnits } from '../../../src/extract/extract-units.ts'
import { buildGroup } from '../../../src/group/build-group.ts'
import type { GroupRecord } from '../../../src/records/group-record.ts'
import type { Source } from '../../../src/records/source.ts'
import type { Split } from '../../../src/records/split.ts'
import type { Unit } from '../../../src/records/unit.ts'
import { openStore } from '../../../src/store/store.ts'
import { loadParser } from '../../../src/syntax/parse-c.ts'
import { makeTokenizer } from '../../../src/train/tokenizer/make-tokenizer.ts'
import { openDefaultTestEngine } from '../../execute/open-test-engine.ts'
import { defaultSettings } from '../../group/default-settings.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { sha256, syntheticRun } from '../../store/synthetic-records.ts'

export interface CompileWorld {
  readonly folder: string
  readonly database: string
  /** A bigram model's folder, with a tokenizer of the groups' texts. */
  readonly model: string
  /** By the function's name. */
  readonly groups: Readonly<Record<string, { readonly group: GroupRecord; readonly unit: Unit }>>
}

/** Two of one C file, one of another. */
const FILES: Readonly<Record<string, readonly [split: Split, text: string]>> = {
  'first.c': [
    'train',
    'unsigned twice(unsigned x) { return x * 2; }\nunsigned third(unsigned x) { return x / 3 + 1; }\n',
  ],
  'second.c': ['validation', 'unsigned less(unsigned x) {\n  unsigned y = x;\n  return y - 7;\n}\n'],
}

export async function makeCompileWorld(
  splitOf: (split: Split) => Split = (split) => split,
): Promise<CompileWorld> {
  const folder = scratchFolder()
  const database = join(folder, 'groups.db')
  const engine = await openDefaultTestEngine()
  const tools = { engine, parse: await loadParser() }
  const settings = { ...defaultSettings, classes: { ast: 1, ir: 1, malformed: 1 }, losers: 4 }
  const store = openStore(database)
  store.beginRun(syntheticRun)
  const groups: Record<string, { group: GroupRecord; unit: Unit }> = {}
  for (const [row, [split, text]] of Object.entries(FILES)) {
    const source: Source = { id: sha256(text), dataset: 'test', split: '', row, license: 'unknown', text }
    const { units } = await extractUnits(source, { kinds: ['function'] })
    store.saveSource(source)
    store.saveExtraction(source.id, units, [])
    for (const unit of units) {
      const { result } = await buildGroup(tools, { unit, split: splitOf(split), settings })
      if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
      store.saveUnitOutcome({ unit, result, timings: {} })
      groups[unit.name] = { group: result.group, unit }
    }
  }
  store.finishRun()
  store.close()
  await engine.close()

  const model = join(folder, 'start')
  mkdirSync(model)
  const texts = Object.values(groups).flatMap(({ group, unit }) => [
    unit.code,
    ...[...group.winners, ...group.losers].map(({ ir }) => ir),
  ])
  const { files, vocabularySize } = makeTokenizer(texts, 400)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(model, name), text)
  writeFileSync(join(model, 'config.json'), JSON.stringify({ vocab_size: vocabularySize }))
  return { folder, database, model, groups }
}
