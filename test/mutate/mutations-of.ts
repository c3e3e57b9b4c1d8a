/** Runs one operator on a piece of C and gives the pieces it becomes, on both tree-sitter bindings. */
import { expect } from 'vitest'
import { mutateUnit } from '../../src/mutate/mutate-unit.ts'
import type { MutationOperator } from '../../src/mutate/mutation-operator.ts'
import { applyMutant } from '../../src/records/apply-mutant.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'

const native = await loadParser('native')
const wasm = await loadParser('wasm')

const before = `#include <stdio.h>
#define LIMIT 100
#define RAISE(to, by) ((to) += (by))
struct point { int x; double y; struct point *next; };
int g(int, int); int h(double, int); int *address(int *);
int total, table[10];
int f(int a, int b, int c, unsigned u, long l, double x, double y, int *p, int *q, struct point *s, char *text) {
int v[10] = {0}, i;
`
const after = `
return 0;
}
`

/** The statements that `operator` makes of `statement`, in order. */
export function statementsOf(operator: MutationOperator, statement: string): string[] {
  const code = before + statement + after
  const unit = { id: 'unit', name: 'f', code }
  const mutants = mutateUnit(unit, native, [operator])
  expect(mutateUnit(unit, wasm, [operator])).toEqual(mutants)
  return mutants
    .filter(({ start, end }) => start >= before.length && end <= before.length + statement.length)
    .map((mutant) => applyMutant(code, mutant).slice(before.length, -after.length))
}

/** The expressions that `operator` makes of `expression`, where its value is used as a number. */
export function expressionsOf(operator: MutationOperator, expression: string): string[] {
  return statementsOf(operator, `total = ${expression};`).map((text) => text.slice('total = '.length, -1))
}

/** A whole unit, with all that is before and after. */
export function unitsOf(operator: MutationOperator, code: string, name = 'f'): string[] {
  const mutants = mutateUnit({ id: 'unit', name, code }, native, [operator])
  expect(mutateUnit({ id: 'unit', name, code }, wasm, [operator])).toEqual(mutants)
  return mutants.map((mutant) => applyMutant(code, mutant))
}
