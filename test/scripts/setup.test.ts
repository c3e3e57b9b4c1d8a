import { describe, expect, it } from 'vitest'
import { environmentFor, isNewEnough } from '../../scripts/setup/node-runtime.mjs'
import { isInstalled } from '../../scripts/setup/npm-packages.mjs'
import { runStep } from '../../scripts/setup/run-step.mjs'
import { SetupError } from '../../scripts/setup/setup-error.mjs'

describe('isNewEnough', () => {
  it.each([
    ['18.20.4', false],
    ['24.2.0', false],
    ['24.3.0', true],
    ['24.21.0', true],
    ['26.0.0', true],
  ])('%s: %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected)
  })
})

describe('environmentFor', () => {
  it('puts the Node first on PATH and keeps the rest', () => {
    const env = environmentFor('/opt/node/bin/node', { PATH: '/usr/bin', HOME: '/root' })
    expect(env).toMatchObject({ PATH: '/opt/node/bin:/usr/bin', HOME: '/root', NODE: '/opt/node/bin/node' })
  })

  it('leaves the setting for headers alone where this Node has none', () => {
    expect(environmentFor('/nowhere/bin/node', {})).not.toHaveProperty('npm_config_nodedir')
  })
})

describe('isInstalled', () => {
  const a = { version: '1.0.0', integrity: 'sha512-a' }
  const b = { version: '2.0.0', integrity: 'sha512-b', optional: true }
  const lock = { packages: { '': { version: '0.1.0' }, 'node_modules/a': a, 'node_modules/b': b } }

  it('holds when each locked package is there in its version', () => {
    expect(isInstalled(lock, { packages: { 'node_modules/a': a, 'node_modules/b': b } })).toBe(true)
  })

  it('holds without an optional package: it is for another system', () => {
    expect(isInstalled(lock, { packages: { 'node_modules/a': a } })).toBe(true)
  })

  it.each([
    ['a package is missing', { 'node_modules/b': b }],
    ['a version differs', { 'node_modules/a': { ...a, version: '1.0.1' } }],
    ['the content differs', { 'node_modules/a': { ...a, integrity: 'sha512-x' } }],
    ['an optional package is old', { 'node_modules/a': a, 'node_modules/b': { ...b, version: '1.9.0' } }],
    ['a package is not in the lock', { 'node_modules/a': a, 'node_modules/c': a }],
  ])('does not hold when %s', (_, packages) => {
    expect(isInstalled(lock, { packages })).toBe(false)
  })
})

describe('runStep', () => {
  it('gives back what a program prints', () => {
    expect(runStep('sh', ['-c', 'echo done'], { failure: 'no' })).toBe('done\n')
  })

  it('fails with the sentence for a person and both ends of what the program printed', () => {
    const { message, details } = failureOf(() =>
      runStep('sh', ['-c', 'seq 1000; exit 3'], { failure: 'Counting failed.' }),
    )
    const lines = details.split('\n')
    expect(message).toBe('Counting failed.')
    expect(lines).toHaveLength(101)
    expect(lines.slice(49, 52)).toEqual(['50', '...', '951'])
  })

  it('fails in the same way where the program cannot be started', () => {
    const { message, details } = failureOf(() => runStep('/nowhere/program', [], { failure: 'No program.' }))
    expect(message).toBe('No program.')
    expect(details).toMatch(/ENOENT/)
  })
})

function failureOf(act: () => unknown): SetupError {
  try {
    act()
  } catch (error) {
    if (error instanceof SetupError) return error
    throw error
  }
  throw new Error('it did not fail')
}
