/** How a model is computed, for the commands that ask one. */
import { Option } from 'commander'
import { wholeNumber } from './parse-number.ts'

export const numberTypeOption = (): Option =>
  new Option('--number-type <type>', 'of the model (default: bfloat16 on a GPU, else float32)').choices([
    'float32',
    'bfloat16',
    'float64',
  ])

export const threadsOption = (): Option =>
  new Option('--threads <n>', 'of the model on the CPU (default: as many as cores)').argParser(wholeNumber(1))
