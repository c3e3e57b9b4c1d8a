/** transformers' generate on the weights and prompts of the part `generation`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../src/base/user-error.ts'
import { readContext } from '../context.ts'
import { runPython } from '../run-python.ts'

const { device, python, scratch } = readContext()
const request = join(scratch, 'generation.json')
if (!existsSync(request)) throw new UserError('The part generation gave no answers to compare with.')
await runPython(python, 'beside.py', [request, device])
