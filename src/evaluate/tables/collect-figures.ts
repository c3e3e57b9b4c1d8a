/** Results folders in, the figures of each model on each benchmark out, ready to stand side by side. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { UserError } from '../../base/user-error.ts'
import type { Language } from '../../records/language.ts'
import type { AnswersConfig, EvaluationConfig } from '../evaluation-config.ts'
import { readResults } from '../results-folder.ts'
import { scoreResults } from '../score-results.ts'

/** pass@1 of one model on the problems of one pair of languages. */
export interface Figure {
  readonly source: Language | null
  readonly target: Language
  /** Share of the judged answers' problems that were solved, from 0 to 1, with its 95 % interval; undefined where no answer was judged. */
  readonly pass: { readonly value: number; readonly low: number; readonly high: number } | undefined
  readonly problems: number
  /** Answers that were asked for, and what became of them. */
  readonly asked: number
  readonly judged: number
  readonly passed: number
  readonly unanswered: number
  /** Cut off at their greatest length; they are judged as they are. */
  readonly cut: number
  /** Problems that no answer can solve, by the data. */
  readonly unanswerable: number
  /** Tells one set of problems from another. */
  readonly problemSet: string
}

export interface ModelFigures {
  readonly model: string
  readonly benchmark: string
  readonly folder: string
  readonly config: EvaluationConfig
  readonly figures: readonly Figure[]
}

/**
 * @param places `folder`, or `name=folder` where the model's own name says too little; folders of one name are one model
 * @throws UserError where a folder holds no results, or two give one model's figures for the same languages
 */
export function collectFigures(places: readonly string[]): ModelFigures[] {
  const all = places.map((place) => {
    const [, name, folder = place] = /^([^=/]+)=(.+)$/.exec(place) ?? []
    return figuresOf(folder, name)
  })
  const seen = new Map<string, string>()
  for (const { model, benchmark, folder, figures } of all) {
    for (const { source, target } of figures) {
      const key = JSON.stringify([model, benchmark, source, target])
      const before = seen.get(key)
      if (before !== undefined)
        throw new UserError(
          `${before} and ${folder} both have figures of ${model} on ${benchmark}: name one of them, or give names, as in A=${folder}.`,
        )
      seen.set(key, folder)
    }
  }
  return all
}

function figuresOf(folder: string, name: string | undefined): ModelFigures {
  const results = readResults(folder)
  const { config, problems } = results
  const { samples } = config.answers
  const figures = scoreResults(results, samples, [1]).map((score): Figure => {
    const { source, target } = score
    const own = problems.filter((entry) => entry.source === source && entry.target === target)
    return {
      ...{ source, target, problems: score.problems, asked: score.problems * samples },
      pass: score.passAt[1],
      passed: score.outcomes.passed ?? 0,
      ...{ judged: score.judged, unanswered: score.unanswered, cut: score.cut },
      unanswerable: score.unanswerable.length,
      problemSet: createHash('sha256')
        .update(JSON.stringify(own.map(({ problem }) => problem).sort()))
        .digest('hex'),
    }
  })
  return {
    model: name ?? modelName(config.answers),
    benchmark: config.benchmark.name,
    folder,
    config,
    figures,
  }
}

function modelName(answers: AnswersConfig): string {
  switch (answers.kind) {
    case 'model':
      return basename(answers.folder)
    case 'endpoint':
      return answers.model
    case 'file':
      return basename(answers.path)
  }
}
