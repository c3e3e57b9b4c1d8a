/** The machine as it is: its GPU, PyTorch, and how fast products and copies are there, which bound everything else. */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { gib, gpuName, readContext, tell } from '../context.ts'
import { runPython } from '../run-python.ts'

const { device, python, tiny } = readContext()
tell({
  gpu: gpuName() ?? null,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGib: gib(totalmem()),
})
await runPython(python, 'ceilings.py', [device, tiny ? '256' : '8192'])
