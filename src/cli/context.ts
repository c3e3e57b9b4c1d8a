/** What a command works with besides its arguments; tests give their own. */
import type { Writable } from 'node:stream'
import type { InstalledPart } from '../doctor/part.ts'
import type { BuildGroups, VerifyGroups } from '../pipeline/events.ts'
import type { MergeDatabases } from '../pipeline/merge.ts'
import type { Redraw } from '../pipeline/redraw.ts'
import type { TensorEngineOptions } from '../train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../train/tensor-engine/tensor-engine.ts'
import type { VerifyFiles } from '../verify/verify-files.ts'

export interface Context {
  readonly stdout: Terminal
  readonly stderr: Terminal
  /** The stages are loaded when a command acts, not when it is declared. */
  readonly loadBuild: () => Promise<BuildGroups>
  readonly loadVerifyGroups: () => Promise<VerifyGroups>
  readonly loadRedraw: () => Promise<Redraw>
  readonly loadMerge: () => Promise<MergeDatabases>
  readonly loadVerifyFiles: () => Promise<VerifyFiles>
  /** Of tensors, for training; what it gives is closed by the command. */
  readonly loadTensorEngine: (options: TensorEngineOptions) => Promise<TensorEngine>
  readonly checkParts: () => Promise<readonly InstalledPart[]>
}

/** A stream that may be a terminal. */
export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** The process's own streams and the real stages. */
export function processContext(): Context {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    loadBuild: async () => (await import('../pipeline/build.ts')).build,
    loadRedraw: async () => (await import('../pipeline/redraw.ts')).redraw,
    loadMerge: async () => (await import('../pipeline/merge.ts')).mergeDatabases,
    loadVerifyGroups: async () => (await import('../pipeline/verify-groups.ts')).verifyGroups,
    loadVerifyFiles: async () => (await import('../verify/verify-files.ts')).verifyFiles,
    loadTensorEngine: async (options) =>
      (await import('../train/tensor-engine/open-tensor-engine.ts')).openTensorEngine(options),
    checkParts: async () => (await import('../doctor/check-parts.ts')).checkParts(),
  }
}
