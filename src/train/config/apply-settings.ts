/**
 * `name=value` of a command line in, the options of a file with these in their places out. A value is what the option
 * wants: `data.groups=1` is a text, `seed=1` a number. Whether the name is an option, and the value one of its own,
 * the check of the whole says afterwards.
 */
import { parse as parseYaml } from 'yaml'
import { fieldAt } from '../../base/explain-issue.ts'
import { putOption } from '../../base/flatten-options.ts'
import { UserError } from '../../base/user-error.ts'
import { METHODS, type MethodName, schemaOf } from './train-config.ts'

type Options = Readonly<Record<string, unknown>>

/**
 * @param settings the later ones win
 * @throws UserError where one is not of that form
 * @example applySettings({ method: 'gepo' }, ['optimizer.learningRate=1e-6']) // { method: 'gepo', optimizer: { learningRate: 1e-6 } }
 */
export function applySettings(given: Options, settings: readonly string[]): Options {
  return settings.reduce((options, setting) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(setting) ?? []
    const path = name?.split('.') ?? []
    if (value === undefined || path.some((part) => part.trim() === '')) {
      throw new UserError(
        `"${setting}" sets no option; write its dotted name and its value, such as optimizer.learningRate=1e-6.`,
      )
    }
    return putOption(options, path, settingValue(options, path, value))
  }, given)
}

/** As YAML has it, or the text itself where the option takes that alone. */
function settingValue(options: Options, path: readonly string[], text: string): unknown {
  const { method } = options
  const isKnown = typeof method === 'string' && Object.hasOwn(METHODS, method)
  const field = isKnown
    ? fieldAt(schemaOf({ ...options, method: method as MethodName }), path, options)
    : undefined
  const value = readValue(text)
  const isText = field?.safeParse(value).success === false && field.safeParse(text).success
  return isText ? text : value
}

function readValue(text: string): unknown {
  try {
    return parseYaml(text)
  } catch {
    // A text with marks of YAML in it, such as "a: b: c".
    return text
  }
}
