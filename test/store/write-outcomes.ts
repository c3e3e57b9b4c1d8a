/** Run as a process: saves `count` sources and their outcomes into a database, going on where an earlier one stopped. */
import { openStore } from '../../src/store/store.ts'
import {
  droppedOutcome,
  syntheticOutcome,
  syntheticRun,
  syntheticSource,
  syntheticUnit,
} from './synthetic-records.ts'

const [path, count] = process.argv.slice(2)
const numbers = Array.from({ length: Number(count) }, (_, n) => n)
const outcomes = new Map(
  numbers.map((n) => [syntheticUnit(n).id, () => (n % 7 === 3 ? droppedOutcome(n) : syntheticOutcome(n))]),
)

const store = openStore(path!)
store.beginRun(syntheticRun)
process.stdout.write('writing\n')
for (const n of numbers) {
  const source = syntheticSource(n)
  if (store.saveSource(source) === 'extract') store.saveExtraction(source.id, [syntheticUnit(n)], [])
  if (n % 5 === 4) for (const unit of store.pendingUnits()) store.saveUnitOutcome(outcomes.get(unit.id)!())
}
for (const unit of store.pendingUnits()) store.saveUnitOutcome(outcomes.get(unit.id)!())
store.finishRun()
store.close()
