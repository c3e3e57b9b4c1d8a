/** A worker thread with a sandbox of its own: runs `count` times, says so, and ends without closing it. */
import { parentPort, workerData } from 'node:worker_threads'
import { openSandbox } from '../../src/sandbox/sandbox.ts'
import { compileC } from './compile-c.ts'

const { source, count, rung } = workerData
const sandbox = await openSandbox({ rungs: [rung] })
const path = compileC(sandbox, source)
const outputs: string[] = []
for (let i = 0; i < count; i++) {
  const limits = { cpuMs: 5000, outputBytes: 1000 }
  const report = await sandbox.run({ path, stdin: `${i}`, limits })
  outputs.push(report.kind === 'sandbox-error' ? report.detail : report.stdout.toString())
}
parentPort!.postMessage({ outputs, boxPath: sandbox.boxPath, supervisorPid: sandbox.supervisorPid })
