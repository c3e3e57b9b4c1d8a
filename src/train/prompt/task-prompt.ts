/**
 * How a translation task becomes a prompt. The template is Jinja with `code`, the names of both languages as `source`
 * and `target`, the words that open their blocks as `sourceFence` and `targetFence`, and `declaration`, which may be
 * empty. What it asks for, one block in the target's language, is what the judge reads an answer from.
 */

import { LANGUAGE_NAMES } from '../../records/language.ts'
import type { TranslationTask } from '../../records/translation-task.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { compileTemplate, createMessageText } from './prompt-text.ts'

export interface TaskPrompt {
  of(task: Pick<TranslationTask, 'source' | 'target' | 'declaration'>): string
  readonly startMark: boolean
}

/** Jinja drops a line end after a block and at the very end. */
const DEFAULT_TEMPLATE = `Translate this {{ source }} program to {{ target }}. Answer with the whole program in one block that opens with \`\`\`{{ targetFence }}.
{% if declaration %}
It must declare:

\`\`\`{{ targetFence }}
{{ declaration }}
\`\`\`
{% endif %}

\`\`\`{{ sourceFence }}
{{ code }}
\`\`\`

`

/** @throws UserError where a template is not Jinja or does not use the code */
export function createTaskPrompt(
  { style, system, date, template }: RolloutConfig['translation'],
  tokenizer: Pick<TextTokenizer, 'chatTemplate' | 'startText' | 'end'>,
): TaskPrompt {
  const message = compileTemplate(template ?? DEFAULT_TEMPLATE, 'translation.template', 'code')
  const text = createMessageText({ style, system, date }, 'translation', tokenizer)
  return {
    startMark: text.startMark,
    of: ({ source, target, declaration }) =>
      text.of(
        message({
          code: source.code.trimEnd(),
          source: LANGUAGE_NAMES[source.language],
          target: LANGUAGE_NAMES[target],
          sourceFence: source.language,
          targetFence: target,
          declaration: declaration ?? '',
        }),
      ),
  }
}
