/** What answers use in ways that are hard to see, with the machine's cgroups where it has some, and without. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCgroupPlace } from '../../src/judge/cgroup.ts'
import type { BoxJudge } from '../../src/judge/open-judge.ts'
import type { Language } from '../../src/records/language.ts'
import type { SuiteLimits } from '../../src/records/suite.ts'
import { openTestJudge } from './open-test-judge.ts'

const MIB = 1024 * 1024
const PATIENCE_MS = 600_000
const LIMITS: SuiteLimits = { testMs: 10_000, memoryBytes: 64 * MIB, outputBytes: MIB }
const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../fixtures/judge/c', `${name}.c`), 'utf8')

/** Forgets its children by ignoring their end, beside the fixture's other way. */
const ignoring = fixture('forgotten-children').replace(
  / {2}struct sigaction[\s\S]*?NULL\);/,
  '  signal(SIGCHLD, SIG_IGN);',
)

const WAITING_FOR_MANY = `
for ((i = 0; i < 300; i++)); do x=$(echo $i); done
read count; read numbers; sum=0; for number in $numbers; do sum=$((sum + number)); done; echo $sum`

const SHARING = `
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void) {
  long *sum = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), count, number;
  if (scanf("%ld", &count) != 1) return 1;
  if (fork() == 0) {
    while (count-- > 0 && scanf("%ld", &number) == 1) *sum += number;
    _exit(0);
  }
  wait(NULL);
  printf("%ld\\n", *sum);
  return 0;
}`

/** Looks as if it waited for a page of its memory, for as long as its child sleeps. */
const WAITING_FOR_ITS_VFORK = `
#include <stdio.h>
#include <unistd.h>
int main(void) {
  if (vfork() == 0) {
    usleep(8000000);
    _exit(0);
  }
  puts("42");
  return 0;
}`

describe.each([
  { withoutCgroups: false, counts: 'as the machine can' },
  { withoutCgroups: true, counts: 'by looking at processes' },
])('counting $counts', ({ withoutCgroups }) => {
  let judge: BoxJudge
  let close: () => Promise<void>
  beforeAll(async () => {
    ;({ judge, close } = await openTestJudge({ withoutCgroups }))
  })
  afterAll(() => close())

  const verdict = async (language: Language, code: string, limits: Partial<SuiteLimits> = {}) => {
    const tests = [{ kind: 'stdin', input: '3\n40 -2 4\n', output: '42\n' } as const]
    const suite = { tests, comparison: { kind: 'lines' } as const, limits: { ...LIMITS, ...limits } }
    return (await judge.judge({ language, code }, suite)).kind
  }

  test('uses cgroups if it may and there are some', () => {
    const version = withoutCgroups ? undefined : findCgroupPlace()?.version
    expect(judge.accounting).toBe(version === undefined ? 'processes' : `cgroup ${version}`)
  })

  test.each([
    ['that nobody waits for', fixture('forgotten-children')],
    ['whose end is ignored', ignoring],
  ])(
    'CPU time of children %s counts',
    async (_, code) => {
      expect(await verdict('c', code, { testMs: 400 })).toBe('timeout')
    },
    PATIENCE_MS,
  )

  test.each(['shared-memory', 'page-tables', 'socket-buffers'])(
    'memory counts: %s',
    async (name) => {
      expect(await verdict('c', fixture(name))).toBe('memory-limit')
    },
    PATIENCE_MS,
  )

  test(
    'a wait for a vfork is a wait like any other',
    async () => {
      expect(await verdict('c', WAITING_FOR_ITS_VFORK, { testMs: 300 })).toBe('timeout')
    },
    PATIENCE_MS,
  )

  test(
    'an answer may start many processes and wait for them',
    async () => {
      expect(await verdict('bash', WAITING_FOR_MANY)).toBe('passed')
    },
    PATIENCE_MS,
  )

  test(
    'an answer may share a little memory with its children',
    async () => {
      expect(await verdict('c', SHARING)).toBe('passed')
    },
    PATIENCE_MS,
  )
})
