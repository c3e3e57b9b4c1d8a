/** How a function is called, and what it returned is read, where the driver knows JSON. Pure. */
import type { CallForm } from './languages/language-definition.ts'

/** A byte that is no UTF-8 is not the sign that stands for such a byte. */
export const STRICT_UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export const JSON_CALL_FORM: CallForm = {
  flawOf: () => undefined,
  encode: (nonce, { name, arguments: values, signature }) =>
    JSON.stringify({ nonce, name, arguments: values, parameters: signature?.parameters }),
  decode(result) {
    try {
      const text = STRICT_UTF8.decode(result)
      return text.startsWith('!') ? { noJson: text.slice(1) } : { value: JSON.parse(text) }
    } catch {
      return undefined
    }
  },
}
