/** The judge: its sandbox, tried as it is used, and each language by the program that boxes would start. */
import { UserError } from '../base/user-error.ts'
import { findPrograms } from '../judge/find-programs.ts'
import type { LanguageDefinition } from '../judge/languages/language-definition.ts'
import { openJudge } from '../judge/open-judge.ts'
import { findJudgeBox } from '../toolchain/find-judge-box.ts'
import { askVersion } from './ask-version.ts'
import type { PartStatus } from './part.ts'

export async function checkJudge(env: NodeJS.ProcessEnv): Promise<PartStatus> {
  const runnerPath = findJudgeBox(env)
  if (runnerPath === undefined) return { status: 'missing' }
  try {
    const judge = await openJudge({ slots: 1, runnerPath })
    await judge.close()
    const by = judge.accounting === 'processes' ? 'looking at processes' : judge.accounting
    return { status: 'ok', found: runnerPath, version: `built, limits by ${by}` }
  } catch (error) {
    if (error instanceof UserError) return { status: 'broken', found: runnerPath, problem: error.message }
    throw error
  }
}

export async function checkLanguage(
  definition: LanguageDefinition,
  env: NodeJS.ProcessEnv,
): Promise<PartStatus> {
  const [program] = Object.values(findPrograms(definition) ?? {})
  if (program === undefined) return { status: 'missing' }
  const { args, pattern } = definition.version
  return askVersion([program], args, pattern, env)
}
