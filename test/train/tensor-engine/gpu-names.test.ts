/** Names of GPUs, by a library in the place of NVIDIA's driver. Skipped where the engine is not built. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { locateTools } from '../../../src/toolchain/locate-tools.ts'
import { loadAddon } from '../../../src/train/tensor-engine/addon.ts'
import { NO_ENGINE, SCRATCH } from './open-tiny.ts'

/** It has two GPUs. */
const SOURCE = `
static int ready;
int cuInit(unsigned flags) { ready = 1; return 0; }
int cuDeviceGet(int* device, int number) {
  if (!ready || number > 1) return 101;
  *device = 7 + number;
  return 0;
}
int cuDeviceGetUuid_v2(unsigned char* uuid, int device) {
  for (int i = 0; i < 16; ++i) uuid[i] = 16 * device + i;
  return 0;
}
`

describe.skipIf(NO_ENGINE)(`names of GPUs ${NO_ENGINE ?? ''}`, () => {
  const names = (library: string, count: number) => {
    const addon = loadAddon(process.env)
    addon.start(1)
    return addon.call<string[]>('tryGpuNames', { library, count })
  }

  it("are the driver's, and empty where it does not say", async () => {
    const library = join(SCRATCH, 'libcuda-stub.so')
    const source = join(SCRATCH, 'cuda-stub.c')
    writeFileSync(source, SOURCE)
    execFileSync(locateTools().clang, ['-w', '-shared', '-fPIC', '-o', library, source])
    expect(await names(library, 3)).toEqual([
      '707172737475767778797a7b7c7d7e7f',
      '808182838485868788898a8b8c8d8e8f',
      '',
    ])
  })

  it.each(['libm.so.6', 'libnone.so'])('are empty where %s is no driver', async (library) => {
    expect(await names(library, 2)).toEqual(['', ''])
  })
})
