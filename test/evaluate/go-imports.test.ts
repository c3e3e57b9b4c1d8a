import { describe, expect, it } from 'vitest'
import { withGoImports } from '../../src/evaluate/go-imports.ts'

const known = ['strings', 'math/rand', 'sort']
const drop = (code: string) => withGoImports(code, { known, dropUnused: true })
const keep = (code: string) => withGoImports(code, { known, dropUnused: false })

describe('imports of Go', () => {
  it('are added where the program uses them, behind the package', () => {
    expect(keep('package main\n\nfunc f() int { return rand.Int() }\n')).toBe(
      'package main\nimport (\n\t"math/rand"\n)\n\nfunc f() int { return rand.Int() }\n',
    )
  })

  it('are taken out where they are not used, and only if they are not the model’s', () => {
    const code = 'import (\n    "strings"\n    m "math"\n)\n\nfunc f() float64 { return m.Pi }\n'
    expect(drop(code)).toBe('import (\n\tm "math"\n)\n\nfunc f() float64 { return m.Pi }\n')
    expect(keep(code)).toBe(code)
  })

  it('are not used by a text, a comment or a field of that name', () => {
    const code = 'func f(a T) string { /* sort. */ return "strings." + a.sort.x } // rand.\n'
    expect(drop(code)).toBe(code)
  })

  it('are left as they are where all is right', () => {
    const code = 'import "sort"\n\nfunc f(a []int) { sort.Ints(a) }\n'
    expect(drop(code)).toBe(code)
  })
})
