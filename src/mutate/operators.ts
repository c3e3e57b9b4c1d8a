/** All operators, by name. */
import type { MutationOperator } from './mutation-operator.ts'
import { aor } from './operators/aor.ts'
import { aors } from './operators/aors.ts'
import { argStcAli } from './operators/arg-stc-ali.ts'
import { asr } from './operators/asr.ts'
import { bcr } from './operators/bcr.ts'
import { cor } from './operators/cor.ts'
import { crp } from './operators/crp.ts'
import { dcr } from './operators/dcr.ts'
import { lcrb } from './operators/lcrb.ts'
import { ror } from './operators/ror.ts'
import { sdl } from './operators/sdl.ts'
import { sor } from './operators/sor.ts'
import { svr } from './operators/svr.ts'
import { uoi } from './operators/uoi.ts'
import { vtwd } from './operators/vtwd.ts'

// biome-ignore format: a list
export const operators: readonly MutationOperator[] = [
  aor, aors, argStcAli, asr, bcr, cor, crp, dcr, lcrb, ror, sdl, sor, svr, uoi, vtwd,
]
