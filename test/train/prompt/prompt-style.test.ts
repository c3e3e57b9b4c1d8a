import { describe, expect, it } from 'vitest'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { createPromptStyle } from '../../../src/train/prompt/prompt-style.ts'

const raw: GroupConfig['prompt'] = {
  style: 'raw',
  template: null,
  system: null,
  date: '2024-07-26',
  response: '{{ ir }}',
  endToken: true,
}
const tokenizer = {
  chatTemplate:
    '{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% if enable_thinking is false %}<think></think>{% endif %}{% endif %}',
  startText: '<s>',
  end: { id: 0, text: '</>' },
}

describe('a raw prompt', () => {
  it('is the code alone, with one line end', () => {
    const style = createPromptStyle(raw, tokenizer)
    expect(style.prompt('int f(void);')).toBe('int f(void);\n')
    expect(style.prompt('int f(void);\n')).toBe('int f(void);\n')
    expect(style.response('define i32 @f()\n')).toBe('define i32 @f()\n')
    expect(style.startMark).toBe(true)
  })

  it('is what its template says', () => {
    const style = createPromptStyle({ ...raw, template: '// C\n{{ code }}; IR:\n' }, tokenizer)
    expect(style.prompt('int x;\n')).toBe('// C\nint x;\n; IR:')
  })

  it('takes braces of the code for text', () => {
    expect(createPromptStyle(raw, tokenizer).prompt('int a[] = {{1}};{% x %}')).toBe(
      'int a[] = {{1}};{% x %}\n',
    )
  })
})

describe('a chat prompt', () => {
  it("is the user's message in the model's template, up to the answer and without thoughts", () => {
    const style = createPromptStyle({ ...raw, style: 'chat', template: 'IR of {{ code }}' }, tokenizer)
    expect(style.prompt('int x;')).toBe('<user>IR of int x;\n</><assistant><think></think>')
    expect(style.startMark).toBe(false)
  })

  it('has the mark of beginning where the template writes it', () => {
    const chatTemplate = `{{ bos_token }}${tokenizer.chatTemplate}`
    const style = createPromptStyle({ ...raw, style: 'chat' }, { ...tokenizer, chatTemplate })
    expect(style.prompt('x')).toMatch(/^<s><user>/)
  })

  it('is told a day that does not pass', () => {
    const chatTemplate =
      "Today is {{ strftime_now('%A, %-d %B %Y') }}.{% if date_string is defined %} {{ date_string }}{% endif %}"
    const asked = { ...tokenizer, chatTemplate }
    expect(createPromptStyle({ ...raw, style: 'chat' }, asked).prompt('x')).toBe(
      'Today is Friday, 26 July 2024. 26 Jul 2024',
    )
    expect(createPromptStyle({ ...raw, style: 'chat', date: '2026-01-05' }, asked).prompt('x')).toBe(
      'Today is Monday, 5 January 2026. 05 Jan 2026',
    )
  })

  it("begins with the system's message where there is one", () => {
    const style = createPromptStyle(
      { ...raw, style: 'chat', template: '{{ code }}', system: 'Be exact.' },
      tokenizer,
    )
    expect(style.prompt('x')).toContain('<system>Be exact.</><user>x\n</>')
  })

  it('is refused for a model without a template', () => {
    expect(() =>
      createPromptStyle({ ...raw, style: 'chat' }, { ...tokenizer, chatTemplate: undefined }),
    ).toThrow(/no chat template; set "prompt.style: raw"/)
  })
})

describe('a template', () => {
  it.each([
    [
      'that does not use its variable',
      { ...raw, template: '{{ cod }}' },
      '"prompt.template" does not use its variable',
    ],
    ['that is not Jinja', { ...raw, response: '{{ ir' }, 'prompt.response is not Jinja'],
  ])('%s is refused', (_, prompt, sentence) => {
    expect(() => createPromptStyle(prompt, tokenizer)).toThrow(sentence)
  })
})
