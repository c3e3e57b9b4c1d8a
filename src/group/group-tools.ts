/** What the stages of a group work with; each thread has its own. */
import type { CodeEngine } from '../execute/code-engine.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'

export interface GroupTools {
  readonly engine: CodeEngine
  /** From the `loadParser()` of the unit's language. */
  readonly parse: (code: string) => SyntaxNode
}
