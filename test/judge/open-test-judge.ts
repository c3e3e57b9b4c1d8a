import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BoxJudge, type JudgeOptions, openJudge } from '../../src/judge/open-judge.ts'

/** A judge whose boxes lie in a folder of their own. */
export async function openTestJudge(
  options: Pick<JudgeOptions, 'withoutCgroups'> = {},
): Promise<{ judge: BoxJudge; folder: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  // The boxes' user must find its way in.
  chmodSync(folder, 0o755)
  const judge = await openJudge({ slots: 2, temporaryFolder: folder, ...options })
  return {
    judge,
    folder,
    async close() {
      await judge.close()
      rmSync(folder, { recursive: true })
    },
  }
}
