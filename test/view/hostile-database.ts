/** A database whose every text would be markup or a script, were it not taken for text. */
import { groupId } from '../../src/records/group-id.ts'
import { openStore } from '../../src/store/store.ts'
import {
  groupOfAllClasses,
  saveSynthetic,
  sha256,
  syntheticPool,
  syntheticRun,
  syntheticSource,
  syntheticUnit,
} from '../store/synthetic-records.ts'

export const HOSTILE = `"'></script><img src=x onerror="document.title='taken'">\u202e&lt;`

/** One group and one drop of it, beside ten plain groups. */
export function writeHostileDatabase(path: string): { readonly hostileId: string } {
  const store = openStore(path)
  store.beginRun(syntheticRun)
  for (let n = 0; n < 10; n++) saveSynthetic(store, n)

  const text = `/* ${HOSTILE} */\n${syntheticSource(50).text}`
  const source = { id: sha256(text), dataset: HOSTILE, split: HOSTILE, row: HOSTILE, license: HOSTILE, text }
  const named = {
    ...syntheticUnit(50),
    sourceId: source.id,
    name: HOSTILE,
    code: text,
    kind: 'function' as const,
  }
  const unit = { ...named, id: sha256(`unit ${text}`) }
  const plain = groupOfAllClasses(50)
  const contents = {
    ...plain,
    winners: plain.winners.map((winner) => ({ ...winner, ir: `; ${HOSTILE}\n${winner.ir}` })),
    inputs: plain.inputs.map(() => ({ kind: 'stdin' as const, stdin: HOSTILE })),
    callTexts: plain.inputs.map(() => HOSTILE),
    losers: plain.losers.map((loser) => ({
      ...loser,
      mutant: { ...loser.mutant, operator: HOSTILE, replacement: HOSTILE },
      ir: `; ${HOSTILE}\n${loser.ir}`,
      ...(loser.class === 'malformed'
        ? { message: HOSTILE }
        : { witness: { ...loser.witness, mutant: { ...loser.witness.mutant, stdout: HOSTILE } } }),
    })) as typeof plain.losers,
  }
  const group = { ...contents, id: groupId(unit.id, contents) }
  store.saveSource(source)
  store.saveExtraction(
    source.id,
    [unit],
    [{ stage: 'extract', reason: HOSTILE, detail: HOSTILE, part: HOSTILE } as never],
  )
  store.saveUnitOutcome({ unit, result: { kind: 'group', group, pool: syntheticPool(50) }, timings: {} })
  store.finishRun()
  store.close()
  return { hostileId: group.id }
}
