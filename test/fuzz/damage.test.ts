import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { damageBytes, damageTensorHead, damageText } from '../../fuzz/damage.ts'
import { damageDatabase } from '../../fuzz/damage-database.ts'
import { createRandom } from '../../src/base/random.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { writeSyntheticDatabase } from '../store/synthetic-records.ts'

const TEXT = Buffer.from(`${JSON.stringify({ model: 'm', layers: [1, 2.5, -3], name: 'a "b"' }, null, 2)}\n`)
const SEEDS = Array.from({ length: 300 }, (_, seed) => seed)

describe.each([
  ['bytes', (seed: number) => damageBytes(TEXT, Buffer.from('another file'), createRandom(seed))],
  ['a text', (seed: number) => damageText(TEXT, createRandom(seed))],
])('damage of %s', (_what, damage) => {
  it('is the same for the same seed', () => {
    for (const seed of SEEDS) expect(damage(seed)).toEqual(damage(seed))
  })

  it('changes most of what it is given, in many ways', () => {
    const damaged = SEEDS.map(damage)
    expect(damaged.filter(({ bytes }) => !bytes.equals(TEXT)).length).toBeGreaterThan(SEEDS.length * 0.9)
    expect(new Set(damaged.map(({ how }) => how)).size).toBeGreaterThan(8)
    expect(new Set(damaged.map(({ bytes }) => bytes.toString('latin1'))).size).toBeGreaterThan(150)
  })

  it('leaves some texts that are still JSON', () => {
    const isJson = ({ bytes }: { bytes: Buffer }) => {
      try {
        return JSON.parse(bytes.toString('utf8')) !== undefined
      } catch {
        return false
      }
    }
    expect(SEEDS.map(damage).filter(isJson).length).toBeGreaterThan(5)
  })
})

it('nothing is not damaged', () => {
  for (const seed of SEEDS) {
    expect(damageBytes(Buffer.alloc(0), TEXT, createRandom(seed)).bytes).toHaveLength(0)
    expect(damageText(Buffer.alloc(0), createRandom(seed)).bytes).toHaveLength(0)
  }
})

it('the head of a safetensors file is damaged, and found again', () => {
  const head = Buffer.from('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}')
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(head.length))
  const file = Buffer.concat([length, head, Buffer.from('8 bytes.')])
  for (const seed of SEEDS) {
    const { bytes } = damageTensorHead(file, createRandom(seed))
    expect(bytes.subarray(8 + Number(bytes.readBigUInt64LE(0))).toString()).toBe('8 bytes.')
  }
})

it('a database is damaged in its rows, and stays one', () => {
  const folder = scratchFolder()
  const intact = join(folder, 'intact.db')
  writeSyntheticDatabase(intact, 3)
  const tried = SEEDS.slice(0, 40).map((seed) => {
    const path = join(folder, 'damaged.db')
    copyFileSync(intact, path)
    const how = damageDatabase(path, createRandom(seed))
    return { how, isChanged: !readFileSync(path).equals(readFileSync(intact)) }
  })
  expect(tried.filter(({ isChanged }) => isChanged).length).toBeGreaterThan(35)
  for (const verb of ['UPDATE', 'DELETE', 'DROP'])
    expect(tried.some(({ how }) => how.startsWith(verb))).toBe(true)
})
