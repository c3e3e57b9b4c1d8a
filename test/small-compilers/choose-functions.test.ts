import { describe, expect, it } from 'vitest'
import { chooseFunctions, ROLES } from '../../bench/small-compilers/choose-functions.ts'

const choice = {
  counts: { test: 10, validation: 5, train: 20, start: 60 },
  seed: 1,
  difficulty: 'full',
  others: [],
} as const

describe('choosing functions', () => {
  it('shares them out as asked, and the rest starts the model', () => {
    const byRole = Map.groupBy(chooseFunctions(choice), ({ role }) => role)
    expect(ROLES.map((role) => byRole.get(role)!.length)).toEqual([10, 5, 20, 60])
  })

  it('leaves no cluster in two roles', () => {
    const copy = 'unsigned twice(unsigned a) {\n    unsigned b = a + a;\n    return b * 3 + a;\n}\n'
    const renamed = copy.replaceAll('twice', 'other')
    const functions = chooseFunctions({ ...choice, others: [copy, renamed] })
    const roles = Map.groupBy(functions, ({ cluster }) => cluster)
    for (const members of roles.values()) expect(new Set(members.map(({ role }) => role)).size).toBe(1)
    const clusterOf = (text: string) => functions.find((one) => one.text === text)!.cluster
    expect(clusterOf(copy)).toBe(clusterOf(renamed))
  })
})
