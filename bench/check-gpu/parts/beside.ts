/** transformers' generate on the weights and prompts of the part `generation`. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { readContext, tell } from '../context.ts'

const { device, python, scratch } = readContext()
const request = join(scratch, 'generation.json')
if (!existsSync(request)) throw new Error('The part generation gave no answers to compare with.')
const child = execa(python, [join(import.meta.dirname, 'beside.py'), request, device], { stderr: 'inherit' })
for await (const line of child) tell(JSON.parse(line))
