/**
 * What `gepo train` and `gepo eval` are told: a YAML file in, one frozen, checked record out. Every option has a
 * default with its source, which `--print-config` shows; a name that is no option is refused, never ignored.
 * Only what one can see in the file is checked here, not whether files and devices exist.
 */
import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { explainIssue, fieldAt, isRecord, shown } from '../../base/explain-issue.ts'
import { UserError } from '../../base/user-error.ts'
import { applySettings } from './apply-settings.ts'
import { METHODS, type MethodName, schemaOf, type TrainConfig } from './train-config.ts'

/** A file's configuration: as it was written, what was set over it, and with every default filled in. */
export interface LoadedTrainConfig {
  readonly config: TrainConfig
  /** What the file itself says, with what was set. */
  readonly given: Readonly<Record<string, unknown>>
}

/**
 * @param settings `name=value`, over what the file says
 * @throws UserError naming the entry that is wrong and what it should be
 */
export function loadTrainConfig(file: string, settings: readonly string[] = []): LoadedTrainConfig {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(
      `The configuration ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file such as configs/laptop/2-gepo.yaml.`,
    )
  }
  let given: unknown
  try {
    given = parseYaml(content)
  } catch (error) {
    // Beside its own errors: a name that nothing has, too many of one, more nesting than there is stack.
    const [words] = (error as Error).message.split('\n')
    throw new UserError(`${file} is not YAML: ${words!.replace(/[:.]$/, '')}.`, { cause: error })
  }
  if (settings.length === 0 || !isRecord(given)) return checked(given, file)
  return checked(applySettings(given, settings), `${file} with what --set says`)
}

function checked(given: unknown, place: string): LoadedTrainConfig {
  return { config: parseTrainConfig(given, place), given: given as Record<string, unknown> }
}

/**
 * @param place the file's name, for the messages
 * @throws UserError naming the entry that is wrong and what it should be
 * @example parseTrainConfig({ method: 'gepo', model: 'm', out: 'runs/a', data: { groups: 'groups.db' } }).epochs // 1
 */
export function parseTrainConfig(given: unknown, place = 'the configuration'): TrainConfig {
  const method = isRecord(given) ? given.method : undefined
  if (!isRecord(given)) {
    throw new UserError(`${place} must hold options by name, such as "method: gepo" on a line.`)
  }
  if (typeof method !== 'string' || !Object.hasOwn(METHODS, method)) {
    throw new UserError(
      `"method" in ${place} must be one of ${Object.keys(METHODS).join(', ')}${shown(method)}.`,
    )
  }
  const schema = schemaOf({ ...given, method: method as MethodName })
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw explainIssue(parsed.error.issues[0]!, schema, given, place)
  const config = deepFreeze(parsed.data) as TrainConfig
  refuseContradictions(config, place)
  return config
}

/** The default of an entry and where it is from; undefined where it has none. */
export function defaultSource(config: TrainConfig, path: readonly string[]): string | undefined {
  return fieldAt(schemaOf(config), path, config)?.meta()?.source as string | undefined
}

/** The default of an option of such a method, by its dotted name; undefined where it has none. */
export function defaultValue(method: MethodName, name: string): unknown {
  const field = fieldAt(schemaOf({ method }), name.split('.'), undefined)
  return field instanceof z.ZodDefault ? field.def.defaultValue : undefined
}

/** What no option shows alone. */
function refuseContradictions(config: TrainConfig, place: string): void {
  if (config.evaluation.best === 'compile' && config.evaluation.compile === null) {
    throw new UserError(
      `"evaluation.best: compile" in ${place} goes by what "evaluation.compile" gives; set that, such as to {}.`,
    )
  }
  if ('gepo' in config) refuseLossContradictions('gepo', config.gepo, config, place)
  if ('dpo' in config) refuseLossContradictions('dpo', config.dpo, config, place)
  const { device, devices } = config.engine
  if (devices !== 1 && device.startsWith('cuda:')) {
    throw new UserError(
      `"engine.device: ${device}" in ${place} names one GPU, and "engine.devices: ${devices}" takes the first ones; set the device to cuda.`,
    )
  }
  if (!('rollout' in config)) return
  if (config.reinforce.advantages === 'baseline' && config.rollout.samples === 1) {
    throw new UserError(
      `"reinforce.advantages: baseline" in ${place} compares the answers to a task, and "rollout.samples" is 1; set it to 2 or more.`,
    )
  }
  if (config.rollout.steps > config.rollout.tasks * config.rollout.samples) {
    throw new UserError(
      `"rollout.steps" in ${place} shares ${config.rollout.tasks * config.rollout.samples} answers out to ${config.rollout.steps} steps; lower it.`,
    )
  }
  if (config.rollout.maxNewTokens >= config.length.maxTokens) {
    throw new UserError(
      `"rollout.maxNewTokens" in ${place} leaves no room for a prompt within "length.maxTokens" ${config.length.maxTokens}; lower it.`,
    )
  }
}

type GroupLossSection = Extract<TrainConfig, { readonly gepo: unknown }>['gepo']

function refuseLossContradictions(
  section: 'gepo' | 'dpo',
  options: Pick<GroupLossSection, 'referenceFree' | 'winnerFloor' | 'targetMargin' | 'labelSmoothing'> & {
    readonly loss?: string
  },
  { method, reference }: TrainConfig,
  place: string,
): void {
  if (options.referenceFree && options.winnerFloor > 0) {
    throw new UserError(
      `"${section}.winnerFloor" in ${place} compares with the reference, and "${section}.referenceFree" has none; leave one of them out.`,
    )
  }
  if (options.referenceFree && reference !== null && method !== 'oorl') {
    throw new UserError(
      `"reference" in ${place} is for log-ratios, and "${section}.referenceFree" takes none; leave one of them out.`,
    )
  }
  if (options.loss !== 'ipo') return
  const names = ['winnerFloor', 'targetMargin', 'labelSmoothing'] as const
  const given = names.find((name) => options[name] > 0)
  if (given !== undefined) {
    throw new UserError(
      `"${section}.${given}" in ${place} is of the sigmoid loss, and "${section}.loss" is ipo; leave one of them out.`,
    )
  }
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
