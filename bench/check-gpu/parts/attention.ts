/** The attention kernels that PyTorch brings, beside each other at Qwen3-8B's sizes: which are fastest here. */
import { readContext } from '../context.ts'
import { runPython } from '../run-python.ts'

const { device, python, tiny } = readContext()
await runPython(python, 'attention.py', [device, tiny ? 'tiny' : 'whole'])
