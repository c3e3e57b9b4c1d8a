import { describe, expect, it } from 'vitest'
import { minimize } from '../../src/audit/minimize.ts'

describe('minimize', () => {
  it('finds the bottom of a narrow bowl', () => {
    const scales = Float64Array.from({ length: 20 }, (_, i) => 1.4 ** i)
    const least = minimize({
      start: new Float64Array(20),
      iterations: 300,
      tolerance: 1e-8,
      evaluate(point, gradient) {
        let value = 0
        for (const [i, scale] of scales.entries()) {
          value += 0.5 * scale * (point[i]! - i) ** 2
          gradient[i] = scale * (point[i]! - i)
        }
        return value
      },
    })
    for (const [i, part] of least.entries()) expect(part).toBeCloseTo(i, 6)
  })

  it('finds the least value of a convex function that is no parabola', () => {
    // x^4 - 32 x has its least value at 2.
    const [least] = minimize({
      start: Float64Array.of(-5),
      iterations: 100,
      tolerance: 1e-10,
      evaluate(point, gradient) {
        const x = point[0]!
        gradient[0] = 4 * x ** 3 - 32
        return x ** 4 - 32 * x
      },
    })
    expect(least).toBeCloseTo(2, 6)
  })

  it('stays where it is at the bottom', () => {
    const start = Float64Array.of(3, 4)
    const evaluate = (_: Float64Array, gradient: Float64Array) => {
      gradient.fill(0)
      return 1
    }
    expect(minimize({ start, evaluate, iterations: 10, tolerance: 1e-9 })).toEqual(start)
  })
})
