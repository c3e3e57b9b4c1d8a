/** Compiles the engine against the libtorch of this machine, as the set-up does. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findLibtorch } from '../../../scripts/setup/libtorch.mjs'
import { findNvcc } from '../../../scripts/setup/nvcc.mjs'
import { buildTrainer } from '../../../scripts/setup/trainer.mjs'
import { UserError } from '../../../src/base/user-error.ts'
import { ROOT } from '../build-engine.ts'
import { readContext, round, tell, timed } from '../context.ts'

readContext()
const said: string[] = []
const { seconds, result: isBuilt } = await timed(async () =>
  buildTrainer(ROOT, process.env, (line: string) => said.push(line), { again: true }),
)
const found = findLibtorch(ROOT, process.env)
tell({ libtorch: found?.version ?? null, seconds: round(seconds), said })
if (!isBuilt) throw new UserError(said.join('\n'))
const graphs = existsSync(join(ROOT, 'native/trainer/build/trainer-cuda.so'))
tell({
  graphs,
  kernels: graphs && findNvcc(ROOT, process.env) !== undefined,
  ...(!graphs && { graphsWant: "CUDA's headers: its toolkit or nvidia-cuda-crt beside PyTorch" }),
})
