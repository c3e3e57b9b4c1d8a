/** `--set name=value` of commands that take a training's configuration. */
import { Option } from 'commander'

/** May be given several times; the values are the settings in their order. */
export function setOption(): Option {
  return new Option(
    '--set <name=value>',
    'an option in place of what the file says, such as optimizer.learningRate=1e-6; may be repeated',
  )
    .default([], 'none')
    .argParser((setting: string, earlier: readonly string[]) => [...earlier, setting])
}
