import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildProgress, progressLine, verifyProgress } from '../../../src/cli/progress/progress.ts'
import { durationText } from '../../../src/cli/render/duration-text.ts'
import { capture } from '../captured-context.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

const group = {
  kind: 'unit-finished',
  unitId: 'u',
  result: { kind: 'group', winners: 4, losers: 4 },
} as const
const drop = {
  kind: 'unit-finished',
  unitId: 'u',
  result: { kind: 'dropped', stage: 'losers', reason: 'too-few' },
} as const
const extracted = { kind: 'source-extracted', units: 2, drops: 1 } as const

describe('on a terminal', () => {
  it('a thousand events in a second redraw one line at most ten times', () => {
    const { stream, text } = capture(true)
    const progress = buildProgress(stream)
    for (let i = 0; i < 1000; i++) {
      progress.report(group)
      vi.advanceTimersByTime(1)
    }
    expect(text().match(/\r/g)).toHaveLength(10)
    expect(text()).not.toContain('\n')
    progress.stop()
    expect(text().endsWith('\n')).toBe(true)
  })

  it('the line stays within the width', () => {
    const { stream, text } = capture(true)
    const progress = buildProgress(Object.assign(stream, { columns: 20 }))
    progress.report(group)
    progress.stop()
    expect(text()).toMatch(/^\r.{4}.{19}\n$/)
  })

  it('a note stands on a line of its own above', () => {
    const { stream, text } = capture(true)
    const progress = verifyProgress(stream)
    progress.report({ kind: 'verify-started', groups: 2 })
    progress.report({ kind: 'note', text: 'a worker was restarted' })
    expect(text()).toMatch(/^\r\S+a worker was restarted\n\r\S+0\/2 groups/)
    progress.stop()
  })
})

describe('elsewhere', () => {
  it('a JSON line comes every five seconds while something changes, and one at the end', () => {
    const { stream, text } = capture()
    const progress = buildProgress(stream)
    progress.report({ kind: 'build-started', unitsFinished: 7 })
    progress.report({ kind: 'sources-counted', sources: 4 })
    progress.report(extracted)
    progress.report(group)
    vi.advanceTimersByTime(5000)
    vi.advanceTimersByTime(5000)
    progress.report(drop)
    progress.report({ kind: 'note', text: 'download resumed' })
    progress.report({ kind: 'sources-finished' })
    progress.stop()
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        event: 'build',
        done: 1,
        total: 8,
        totalIsFinal: false,
        groups: 1,
        drops: 1,
        earlier: 7,
        seconds: 5,
        perSecond: 0.2,
        secondsLeft: 35,
      },
      { event: 'note', text: 'download resumed' },
      {
        event: 'build',
        done: 2,
        total: 2,
        totalIsFinal: true,
        groups: 1,
        drops: 2,
        earlier: 7,
        seconds: 10,
        perSecond: 0.2,
        secondsLeft: 0,
      },
    ])
  })

  it('nothing comes when nothing happened', () => {
    const { stream, text } = capture()
    const progress = buildProgress(stream)
    vi.advanceTimersByTime(60_000)
    progress.stop()
    expect(text()).toBe('')
  })
})

describe('the line', () => {
  it('tells done, total, rate, time left and counts', () => {
    const tally = { done: 120, total: 853, totalIsFinal: true, counts: { groups: 100, drops: 20 } }
    expect(progressLine(tally, 'units', 60)).toBe(
      '120/853 units (14%)  2.0/s  6m 7s left  groups 100  drops 20',
    )
  })

  it('marks an estimated total, and leaves out what is not known', () => {
    expect(progressLine({ done: 120, total: 853, totalIsFinal: false, counts: {} }, 'units', 60)).toContain(
      '120/~853 units (14%)  2.0/s  ~6m 7s left',
    )
    expect(progressLine({ done: 3, total: undefined, totalIsFinal: false, counts: {} }, 'units', 60)).toBe(
      '3 units  0.05/s',
    )
  })

  it('says durations by their two greatest units', () => {
    expect([0, 59, 60, 3599, 3600, 90_000].map(durationText)).toEqual([
      '0s',
      '59s',
      '1m 0s',
      '59m 59s',
      '1h 0m',
      '25h 0m',
    ])
  })
})
