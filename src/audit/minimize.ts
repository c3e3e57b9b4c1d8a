/**
 * A smooth convex function with its gradient in, the point of its least value out: L-BFGS (Nocedal and Wright,
 * Numerical Optimization, algorithm 7.5) with backtracking to Armijo's condition. Deterministic.
 */

export interface MinimizeOptions {
  readonly start: Float64Array
  /** Writes the gradient at `point` into `gradient` and returns the value. */
  readonly evaluate: (point: Float64Array, gradient: Float64Array) => number
  readonly iterations: number
  /** Stops when the gradient's largest part is below. */
  readonly tolerance: number
}

const MEMORY = 8

export function minimize({ start, evaluate, iterations, tolerance }: MinimizeOptions): Float64Array {
  let point = Float64Array.from(start)
  let gradient = new Float64Array(point.length)
  let value = evaluate(point, gradient)
  const pairs: Pair[] = []
  for (let iteration = 0; iteration < iterations; iteration++) {
    if (gradient.every((part) => Math.abs(part) < tolerance)) break
    const direction = descentDirection(gradient, pairs)
    const slope = dot(gradient, direction)
    const next = new Float64Array(point.length)
    const nextGradient = new Float64Array(point.length)
    // The first step knows nothing of the function's scale: one of length 1.
    let step = pairs.length === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1
    let nextValue = Infinity
    for (; step > 1e-12; step /= 2) {
      for (let i = 0; i < point.length; i++) next[i] = point[i]! + step * direction[i]!
      nextValue = evaluate(next, nextGradient)
      if (nextValue <= value + 1e-4 * step * slope) break
    }
    if (!(nextValue < value)) break
    const moved = difference(next, point)
    const bent = difference(nextGradient, gradient)
    const curvature = dot(moved, bent)
    if (curvature > 1e-10 * dot(bent, bent)) pairs.push({ moved, bent, curvature })
    if (pairs.length > MEMORY) pairs.shift()
    point = next
    gradient = nextGradient
    value = nextValue
  }
  return point
}

interface Pair {
  readonly moved: Float64Array
  readonly bent: Float64Array
  readonly curvature: number
}

/** The two-loop recursion: minus the inverse Hessian, as far as the pairs tell it, times the gradient. */
function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((part) => -part)
  const weights: number[] = []
  for (const { moved, bent, curvature } of pairs.toReversed()) {
    const weight = dot(moved, direction) / curvature
    weights.unshift(weight)
    addScaled(direction, bent, -weight)
  }
  const latest = pairs.at(-1)
  if (latest !== undefined) {
    const scale = latest.curvature / dot(latest.bent, latest.bent)
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale
  }
  for (const [index, { moved, bent, curvature }] of pairs.entries())
    addScaled(direction, moved, weights[index]! - dot(bent, direction) / curvature)
  return direction
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((part, i) => part - b[i]!)
}

function addScaled(target: Float64Array, source: Float64Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += scale * source[i]!
}
