import { describe, expect, it } from 'vitest'
import type { CommandEnd } from '../../fuzz/command-process.ts'
import { faultsOf } from '../../fuzz/files-kind.ts'

const ended = (given: Partial<Extract<CommandEnd, { kind: 'ended' }>>): CommandEnd => ({
  kind: 'ended',
  exit: 0,
  stdout: '',
  stderr: '',
  peakMib: 100,
  ...given,
})
const faults = (end: CommandEnd, argv = ['stats', 'groups.db'], interruptAt?: string) =>
  faultsOf(end, { argv, readsOnly: true, ...(interruptAt === undefined ? {} : { interruptAt }) })

describe('the end of a command on a damaged file', () => {
  it.each([
    [['stats', 'groups.db'], ended({ stdout: 'totals\n' })],
    [['stats', 'groups.db'], ended({ exit: 2, stderr: 'gepo: groups.db is damaged.\n' })],
    [['audit', 'groups.db'], ended({ exit: 1, stderr: 'gepo audit: reading\n' })],
    [['verify', 'a.c', 'b.c', '--json'], ended({ exit: 3, stdout: '{"verdict":"unknown"}\n' })],
    [['export', 'groups.db'], ended({ stdout: '"\u0000"\n' })],
  ])('is fine: %j %j', (argv, end) => {
    expect(faults(end, argv)).toEqual([])
  })

  it('is fine where the work was interrupted, if it was', () => {
    expect(faults(ended({ exit: 130 }), ['train', 'a.yaml'], '"step"')).toEqual([])
    expect(faults(ended({ exit: 130 }), ['train', 'a.yaml'])).toEqual(['it ends with 130'])
  })

  it.each<[string, CommandEnd, string[]?]>([
    ['its process died: SIGSEGV', { kind: 'died', detail: 'SIGSEGV\nlast words' }],
    ['it does not end', { kind: 'endless' }],
    ['it ends with 70', ended({ exit: 70 })],
    ['it ends with 1', ended({ exit: 1 })],
    ['it ends with 3', ended({ exit: 3 }), ['train', 'a.yaml']],
    ['it says 0 sentences', ended({ exit: 2 })],
    ['it says 2 sentences', ended({ exit: 2, stderr: 'gepo: a.\ngepo: b.\n' })],
    ['its sentence is longer than a page', ended({ exit: 2, stderr: `gepo: ${'a'.repeat(3000)}\n` })],
    ['it writes control characters', ended({ stdout: '\u001b[2J\n' })],
    ['it writes control characters', ended({ stderr: '\u009b2J\n' }), ['export', 'groups.db']],
    ['it shows a stack trace', ended({ stdout: 'Error\n    at f (file:///x.ts:1:2)\n' })],
    ['it tells of an internal error', ended({ stdout: '  1  losers: internal-error\n' })],
    ['it writes no JSON', ended({ stdout: '{"a":' }), ['stats', 'groups.db', '--json']],
    ['it takes 5000 MiB', ended({ peakMib: 5000 })],
  ])('is a fault: %s', (fault, end, argv) => {
    expect(faults(end, argv)).toEqual([fault])
  })
})
