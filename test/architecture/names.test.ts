/** One name, one thing: no two modules of src declare an export of the same name. */
import { expect, it } from 'vitest'
import { readModules } from './read-imports.ts'

it('exports each name from one module', () => {
  const places = Map.groupBy(
    readModules().flatMap(({ path, declares }) => declares.map((name) => ({ name, path }))),
    ({ name }) => name,
  )
  const twice = Array.from(places, ([name, uses]) => ({ name, paths: uses.map(({ path }) => path) })).filter(
    ({ paths }) => paths.length > 1,
  )
  expect(places.size).toBeGreaterThan(500)
  expect(twice).toEqual([])
})
