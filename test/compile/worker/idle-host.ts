/** A host process: opens a compile worker, has it do one job, says its process id, and does nothing more. */

import { cCode } from '../../fixtures/c-code.ts'
import { openTestWorker } from './open-test-worker.ts'

const worker = await openTestWorker()
await worker.emit(cCode('int a;\n'), 'O0')
process.stdout.write(`${worker.pid}\n`)
