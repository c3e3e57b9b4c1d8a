import { describe, expect, it } from 'vitest'
import { createTaskPrompt } from '../../../src/train/prompt/task-prompt.ts'

const tokenizer = { chatTemplate: undefined, startText: undefined, end: { id: 0, text: '</>' } }
const raw = { style: 'raw', template: null, system: null, date: '2024-07-26' } as const
const task = { source: { language: 'python', code: 'print(1)\n' }, target: 'csharp' } as const

describe('the prompt of a translation task', () => {
  it("asks for one block of the target's language", () => {
    expect(createTaskPrompt(raw, tokenizer).of(task)).toBe(
      'Translate this Python program to C#. Answer with the whole program in one block that opens with ```csharp.\n' +
        '\n```python\nprint(1)\n```\n',
    )
  })

  it('shows what must be declared', () => {
    const text = createTaskPrompt(raw, tokenizer).of({ ...task, declaration: 'static int F(int n)' })
    expect(text).toContain('It must declare:\n\n```csharp\nstatic int F(int n)\n```\n')
  })

  it('is what a template of the configuration says', () => {
    const template = '{{ source }}>{{ target }}:{{ code }}'
    expect(createTaskPrompt({ ...raw, template }, tokenizer).of(task)).toBe('Python>C#:print(1)')
  })

  it("is the user's message in a chat", () => {
    const chatTemplate = '{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}<assistant>'
    const prompt = createTaskPrompt(
      { style: 'chat', template: '{{ code }}', system: 'Be brief.', date: '2024-07-26' },
      {
        ...tokenizer,
        chatTemplate,
      },
    )
    expect(prompt.of(task)).toBe('<system>Be brief.</><user>print(1)</><assistant>')
    expect(prompt.startMark).toBe(false)
  })

  it.each([
    [
      { ...raw, template: '{{ kode }}' },
      '"translation.template" does not use its variable; write {{ code }}',
    ],
    [{ ...raw, style: 'chat' as const }, 'The model has no chat template; set "translation.style: raw"'],
  ])('refuses %j', (options, sentence) => {
    expect(() => createTaskPrompt(options, tokenizer)).toThrow(sentence)
  })
})
