/**
 * Cgroups for boxes, where the machine lets this process make some: version 2 in a delegated subtree or as root, else
 * the controllers memory and cpuacct of version 1. In: what /proc says of mounts and of this process. Out: a place, then
 * one cgroup for each box, as open files that native/judge-box/cgroup.h describes.
 *
 * Nothing depends on there being a place: without one, boxes are bounded by what the runner sees of their processes.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAbandoned, nameForProcess } from '../sandbox/box-directory.ts'

const PREFIX = 'gepo-judge-'
/** The kernel takes a moment to let go of processes that were killed. */
const REMOVAL_TRIES = 50
const REMOVAL_PAUSE_MS = 20

/** Folders in which cgroups can be made; for version 2 both are the same. */
export interface CgroupPlace {
  readonly version: 'v1' | 'v2'
  readonly memory: string
  readonly cpu: string
}

export interface Cgroup {
  readonly version: 'v1' | 'v2'
  /** Opens its files, in the order of native/judge-box/cgroup.c; the caller closes them. */
  open(): number[]
  remove(): Promise<void>
}

/** @returns undefined where this process cannot make a cgroup that counts memory and CPU time */
export function findCgroupPlace(): CgroupPlace | undefined {
  return placesOf(
    readFileSync('/proc/self/mountinfo', 'utf8'),
    readFileSync('/proc/self/cgroup', 'utf8'),
  ).find(works)
}

/** Where cgroups might be made, best first, by the text of two files of /proc. */
export function placesOf(mountinfo: string, membership: string): CgroupPlace[] {
  const mounts = mountinfo.split('\n').flatMap(parseMount)
  const folderOf = (line: RegExp, isMount: (mount: CgroupMount) => boolean): string[] => {
    const path = line.exec(membership)?.[1]
    const mount = mounts.find(isMount)
    if (path === undefined || mount === undefined) return []
    const below = relative(mount.root, path)
    return below.startsWith('..') ? [] : [join(mount.folder, below), mount.folder]
  }
  const controller = (name: string): string | undefined =>
    folderOf(
      new RegExp(`^\\d+:(?:[^:]*,)?${name}(?:,[^:]*)?:(.*)$`, 'm'),
      ({ type, options }) => type === 'cgroup' && options.includes(name),
    )[0]
  const [own, top] = folderOf(/^0::(.*)$/m, ({ type }) => type === 'cgroup2')
  const [memory, cpu] = [controller('memory'), controller('cpuacct')]
  return [
    ...(own === undefined
      ? []
      : ancestors(own, top!).map((folder) => ({ version: 'v2' as const, memory: folder, cpu: folder }))),
    ...(memory === undefined || cpu === undefined ? [] : [{ version: 'v1' as const, memory, cpu }]),
  ]
}

interface CgroupMount {
  readonly root: string
  readonly folder: string
  readonly type: string
  readonly options: readonly string[]
}

function parseMount(line: string): CgroupMount[] {
  const [before = '', after] = line.split(' - ')
  const [, , , root, folder] = before.split(' ')
  const [type, , options = ''] = after?.split(' ') ?? []
  if (type === undefined || !type.startsWith('cgroup') || root === undefined || folder === undefined)
    return []
  return [{ root, folder, type, options: options.split(',') }]
}

/** From the folder itself up to `top`. A cgroup with processes of its own can have no members below it in version 2. */
function ancestors(folder: string, top: string): string[] {
  return folder === top ? [top] : [folder, ...ancestors(join(folder, '..'), top)]
}

function works(place: CgroupPlace): boolean {
  try {
    if (place.version === 'v2') enableMemory(place.memory)
    sweep(place)
    const cgroup = makeCgroup(place)
    for (const descriptor of cgroup.open()) closeSync(descriptor)
    for (const folder of cgroup.folders) rmdirSync(folder)
    return true
  } catch {
    return false
  }
}

/** @throws where the kernel or the rights of this process do not let it */
function enableMemory(folder: string): void {
  const file = join(folder, 'cgroup.subtree_control')
  if (!readFileSync(file, 'utf8').split(/\s/).includes('memory')) writeFileSync(file, '+memory')
}

/** Removes what processes left that ended without closing their judge. */
function sweep({ memory, cpu }: CgroupPlace): void {
  for (const parent of new Set([memory, cpu])) {
    for (const name of readdirSync(parent).filter((each) => isAbandoned(each, PREFIX))) {
      try {
        rmdirSync(join(parent, name))
      } catch {
        // Another user's, or not empty yet.
      }
    }
  }
}

/** @throws where it cannot be made */
export function makeCgroup({
  version,
  memory,
  cpu,
}: CgroupPlace): Cgroup & { readonly folders: readonly string[] } {
  const make = (parent: string) => mkdtempSync(join(parent, nameForProcess(PREFIX)))
  const memoryFolder = make(memory)
  const cpuFolder = version === 'v2' ? memoryFolder : make(cpu)
  const folders = [...new Set([memoryFolder, cpuFolder])]
  const files =
    version === 'v2'
      ? ({ cpu: 'cpu.stat', limit: 'memory.max', usage: 'memory.current', events: 'memory.events' } as const)
      : ({
          cpu: 'cpuacct.usage',
          limit: 'memory.limit_in_bytes',
          usage: 'memory.usage_in_bytes',
          events: 'memory.oom_control',
        } as const)
  keepOutOfSwap(memoryFolder, version)
  return {
    version,
    folders,
    open: () => [
      openSync(join(memoryFolder, 'cgroup.procs'), 'r+'),
      openSync(join(cpuFolder, 'cgroup.procs'), 'r+'),
      openSync(join(cpuFolder, files.cpu), 'r'),
      openSync(join(memoryFolder, files.limit), 'r+'),
      openSync(join(memoryFolder, files.usage), 'r'),
      openSync(join(memoryFolder, files.events), 'r'),
    ],
    remove: async () => {
      for (const folder of folders) await removeCgroup(folder)
    },
  }
}

/** What is swapped out would not count. A machine without swap has no such file. */
function keepOutOfSwap(folder: string, version: 'v1' | 'v2'): void {
  const [file, value] = version === 'v2' ? ['memory.swap.max', '0'] : ['memory.swappiness', '0']
  try {
    writeFileSync(join(folder, file), value, { flag: 'r+' })
  } catch {
    // Then there is no swap to keep it out of.
  }
}

async function removeCgroup(folder: string): Promise<void> {
  for (let tries = 0; tries < REMOVAL_TRIES; tries++) {
    try {
      rmdirSync(folder)
      return
    } catch {
      await sleep(REMOVAL_PAUSE_MS)
    }
  }
  // The next judge sweeps it.
}
