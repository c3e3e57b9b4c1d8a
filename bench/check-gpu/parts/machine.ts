/** The machine as it is: its GPU, PyTorch, and how fast products and copies are there, which bound everything else. */
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { gib, gpuName, readContext, tell } from '../context.ts'

const { device, python, tiny } = readContext()
tell({
  gpu: gpuName() ?? null,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGib: gib(totalmem()),
})
const program = join(import.meta.dirname, 'ceilings.py')
const { stdout } = await execa(python, [program, device, tiny ? '256' : '8192'])
tell(JSON.parse(stdout))
