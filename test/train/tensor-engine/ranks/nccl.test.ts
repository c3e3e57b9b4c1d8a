/**
 * What is asked of NCCL, by a library in its place that has no GPU and can do what the real one does only now and then: be
 * waited for. Skipped where the engine is not built. NCCL itself needs several GPUs.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { locateTools } from '../../../../src/toolchain/locate-tools.ts'
import { loadAddon } from '../../../../src/train/tensor-engine/addon.ts'
import { NO_ENGINE, SCRATCH } from '../open-tiny.ts'

/** The first byte of what ranks join by says how it goes: N never, F fails, S all well, C fails when it sums. */
const SOURCE = `
#include <stddef.h>
#include <stdio.h>
typedef struct { char internal[128]; } id;
typedef struct { size_t size; unsigned magic, version; int blocking; } config;
static struct { char how; int asked, sums; } comm;
enum { success = 0, invalid = 4, remote = 6, in_progress = 7 };

int ncclGetUniqueId(id* made) { return success; }
int ncclCommInitRankConfig(void** made, int size, id given, int rank, config* asked) {
  if (asked->magic != 0xcafebeef || asked->version < 21400 || asked->size < sizeof(config)) return invalid;
  if (size != 2 || rank != 0) return invalid;
  /* One that blocks cannot be ended by anybody. */
  if (asked->blocking != 0) for (;;) getchar();
  comm.how = given.internal[0];
  comm.asked = comm.sums = 0;
  *made = &comm;
  return in_progress;
}
int ncclCommGetAsyncError(void* of, int* state) {
  comm.asked++;
  if (comm.how == 'N') *state = in_progress;
  else if (comm.asked < 5) *state = in_progress;
  else if (comm.how == 'F' || (comm.how == 'C' && comm.sums > 0)) *state = remote;
  else *state = success;
  return success;
}
static void say(char what) {
  FILE* said = fopen(SAID, "a");
  fputc(what, said);
  fclose(said);
}
int ncclCommAbort(void* of) {
  say(comm.how);
  return of == &comm ? success : invalid;
}
const char* ncclGetErrorString(int result) { return result == remote ? "a remote process exited" : "invalid"; }
int ncclAllReduce(const void* from, void* to, size_t count, int type, int op, void* of, void* stream) {
  say('+');
  comm.sums++;
  comm.asked = 0;
  return in_progress;
}
int ncclReduceScatter(void) { return invalid; }
int ncclAllGather(void) { return invalid; }
int ncclBroadcast(void) { return invalid; }
`

describe.skipIf(NO_ENGINE)(`ranks that talk by NCCL ${NO_ENGINE ?? ''}`, () => {
  const library = join(SCRATCH, 'libnccl-stub.so')
  const said = join(SCRATCH, 'nccl-said')
  const run = (how: string, { signal, again = false }: { signal?: AbortSignal; again?: boolean } = {}) => {
    const addon = loadAddon(process.env)
    addon.start(1)
    return addon.call('tryNccl', { library, id: new Uint8Array(128).fill(how.charCodeAt(0)), again }, signal)
  }
  /** What was asked of NCCL last: a sum is +, and whose communicator was given up is its letter. */
  const lastAsked = (count = 1) => readFileSync(said, 'utf8').slice(-count)

  beforeAll(() => {
    const source = join(SCRATCH, 'nccl-stub.c')
    writeFileSync(source, SOURCE)
    execFileSync(locateTools().clang, ['-w', '-shared', '-fPIC', `-DSAID="${said}"`, '-o', library, source])
  })

  it('join and sum, however often they are told to wait', async () => {
    await run('S')
    expect(lastAsked()).toBe('S')
  })

  it('can be stopped while another one does not come', async () => {
    const stop = new AbortController()
    const joining = run('N', { signal: stop.signal })
    setTimeout(() => stop.abort(), 50)
    await expect(joining).rejects.toMatchObject({ code: 'aborted' })
    expect(lastAsked()).toBe('N')
  })

  it.each([
    ['cannot come', 'F'],
    ['is gone in a sum', 'C'],
  ])('say that one %s', async (_, how) => {
    await expect(run(how)).rejects.toMatchObject({
      code: 'rank-lost',
      message: expect.stringContaining('a remote process exited'),
    })
    expect(lastAsked()).toBe(how)
  })

  it('ask nothing of a communicator that has failed, and give it up at once', async () => {
    rmSync(said, { force: true })
    await expect(run('C', { again: true })).rejects.toMatchObject({
      code: 'rank-lost',
      message: expect.stringContaining('not joined anew'),
    })
    expect(lastAsked(9)).toBe('+C')
  })

  it('need the functions that it has had for years', async () => {
    const addon = loadAddon(process.env)
    const other = { library: 'libm.so.6', id: new Uint8Array(128), again: false }
    await expect(addon.call('tryNccl', other)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/NCCL has no nccl/),
    })
  })
})
