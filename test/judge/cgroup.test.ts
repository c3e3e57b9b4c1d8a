import { closeSync, existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { findCgroupPlace, makeCgroup, placesOf } from '../../src/judge/cgroup.ts'

const V2 = '30 24 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate'
const MEMORY = '31 24 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory'
const CPU = '32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct'
const TMPFS = '25 24 0:22 / /sys/fs/cgroup ro - tmpfs tmpfs ro'

describe('where cgroups may be made', () => {
  test('version 2: in the own cgroup, or in one around it', () => {
    const base = '/sys/fs/cgroup'
    expect(placesOf(V2, '0::/user.slice/app.scope\n').map(({ memory }) => memory)).toEqual([
      `${base}/user.slice/app.scope`,
      `${base}/user.slice`,
      base,
    ])
  })

  test('version 1: where the controllers are mounted, each in its own place', () => {
    const membership = '3:cpu,cpuacct:/jobs\n2:memory:/jobs/7\n1:name=systemd:/\n'
    expect(placesOf([TMPFS, MEMORY, CPU].join('\n'), membership)).toEqual([
      { version: 'v1', memory: '/sys/fs/cgroup/memory/jobs/7', cpu: '/sys/fs/cgroup/cpu,cpuacct/jobs' },
    ])
  })

  test('both: version 2 is tried first', () => {
    const membership = '2:cpuacct:/\n1:memory:/\n0::/\n'
    expect(placesOf([V2, MEMORY, CPU].join('\n'), membership).map(({ version }) => version)).toEqual([
      'v2',
      'v1',
    ])
  })

  test('below the folder that a container shows, and nowhere above it', () => {
    const shown = V2.replace('0:26 / ', '0:26 /docker/abc ')
    expect(placesOf(shown, '0::/docker/abc/x\n').map(({ memory }) => memory)).toEqual([
      '/sys/fs/cgroup/x',
      '/sys/fs/cgroup',
    ])
    expect(placesOf(shown, '0::/other\n')).toEqual([])
  })

  test('nowhere without the mounts or without the membership', () => {
    expect(placesOf(TMPFS, '0::/\n')).toEqual([])
    expect(placesOf([MEMORY, CPU].join('\n'), '')).toEqual([])
    expect(placesOf(MEMORY, '1:memory:/\n')).toEqual([])
  })
})

const place = findCgroupPlace()

test.skipIf(place === undefined)('a cgroup is there until it is removed', async () => {
  const cgroup = makeCgroup(place!)
  const descriptors = cgroup.open()
  expect(new Set(descriptors).size).toBe(6)
  for (const descriptor of descriptors) closeSync(descriptor)
  expect(cgroup.folders.every((folder) => existsSync(folder))).toBe(true)
  await cgroup.remove()
  expect(cgroup.folders.some((folder) => existsSync(folder))).toBe(false)
})
