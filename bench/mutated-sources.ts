/**
 * Many different programs from few, for runs that must be long: every source of `<source>` as it is, then the same
 * with one mutation, then with another, ... as JSONL on standard output.
 * `node bench/mutated-sources.ts <source> --count 20000 > many.jsonl`
 */
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { SOURCE_ENDINGS } from '../src/languages/languages.ts'
import { chooseMutants } from '../src/mutate/choose-mutants.ts'
import { mutateUnit } from '../src/mutate/mutate-unit.ts'
import { applyMutant } from '../src/records/apply-mutant.ts'
import { readSources } from '../src/sources/read-sources.ts'
import { loadParser } from '../src/syntax/parse-c.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '20000' } },
})
const [source = 'fixtures/programs'] = positionals
const count = Number(values.count)
const parse = await loadParser()

async function write(text: string, row: string): Promise<void> {
  const line = JSON.stringify({ Source_Code: text, row })
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
}

const texts: string[] = []
for await (const item of readSources(source, { endings: SOURCE_ENDINGS }))
  if (item.kind === 'source') texts.push(item.source.text)
const perText = Math.ceil(count / texts.length)
let written = 0
for (const [index, text] of texts.entries()) {
  const unit = { id: String(index), name: 'main', code: text }
  const mutants = chooseMutants(mutateUnit(unit, parse), { count: perText - 1, seed: 1 })
  for (const [version, code] of [text, ...mutants.map((mutant) => applyMutant(text, mutant))].entries()) {
    if (written++ >= count) break
    await write(code, `${index}-${version}`)
  }
}
