/** The attention kernels that PyTorch brings, beside each other at Qwen3-8B's sizes: which are fastest here. */
import { join } from 'node:path'
import { execa } from 'execa'
import { readContext, tell } from '../context.ts'

const { device, python, tiny } = readContext()
const child = execa(python, [join(import.meta.dirname, 'attention.py'), device, tiny ? 'tiny' : 'whole'], {
  stderr: 'inherit',
})
for await (const line of child) tell(JSON.parse(line))
