/** A weight's shape and a seed in, its values at the beginning out, as transformers begins a Qwen3. */
import { createRandom } from '../../base/random.ts'
import type { TensorShape } from './decoder-tensors.ts'

/** `initializer_range` of the models' configurations. */
export const INITIAL_DEVIATION = 0.02

/** Ones for norms, zeros for biases, normal numbers for matrices; each tensor by its own name, whatever the others. */
export function initialValues({ name, shape, role }: TensorShape, seed: number): Float32Array {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  if (role === 'bias') return values
  if (role === 'norm') return values.fill(1)
  const random = createRandom(`weights ${seed} ${name}`)
  for (let i = 0; i < values.length; i += 2) {
    // Box and Muller: two uniform numbers give two normal ones. 1 - u is never 0.
    const radius = INITIAL_DEVIATION * Math.sqrt(-2 * Math.log(1 - random.next()))
    const angle = 2 * Math.PI * random.next()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle)
  }
  return values
}
