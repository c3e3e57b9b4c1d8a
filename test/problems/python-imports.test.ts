import { describe, expect, it } from 'vitest'
import { withMissingImports } from '../../src/problems/sources/python-imports.ts'

describe('imports that a page would give', () => {
  it.each([
    ['a function by its name', 'print(gcd(4, 6))', 'from math import gcd'],
    ['a module', 'print(sys.maxsize)', 'import sys'],
    ['types', 'def f(v: List[int]) -> int: return v[0]', 'from typing import List'],
    ['a module beside its function', 'print(bisect.bisect_left([1], 1))', 'import bisect'],
    ['a function that is called as its module', 'print(bisect([1], 1))', 'from bisect import bisect'],
    [
      'several',
      'heappush(h, inf); random.shuffle(h); d = defaultdict(int)',
      'from collections import defaultdict\nfrom heapq import heappush\nfrom math import inf\nimport random',
    ],
  ])('are put in front: %s', (_, code, lines) => {
    expect(withMissingImports(code)).toBe(`${lines}\n${code}`)
  })

  it.each([
    ['nothing is missing', 'n = int(input())\nprint(pow(n, 2, 7))'],
    [
      'they are there',
      'import sys, math\nfrom heapq import (heappush,\n  heappop)\nheappush([], math.pi)\nsys.exit()',
    ],
    ['all of a module is there', 'from math import *\nprint(gcd(4, 6), pi)'],
    ['another name was given', 'import math as m\nfrom math import gcd as g\nprint(g(4, 6), m.pi)'],
    [
      'the program has its own',
      'def gcd(a, b):\n    return a\nfor e in range(3):\n    count = e\nprint(gcd(count, 1))',
    ],
    ['it is a parameter', 'f = lambda log, e: log + e\ndef g(inf, tan=1): return inf + tan'],
    ['it is taken apart', 'add, (mul, [sub]) = 1, (2, [3])\nprint(add, mul)'],
    ['it is an attribute', 'x.count("a"); y.copy(); print("gcd", "sys.exit")  # sqrt(2)'],
  ])('are not put where %s', (_, code) => {
    expect(withMissingImports(code)).toBe(code)
  })
})
