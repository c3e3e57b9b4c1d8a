/**
 * Attributes and other promises sprinkled over the fixtures' functions: a seed is one file. Its groups are built and
 * proven again; every stored result must come out of the twin, where promises are checks, as well, else a label rests on
 * undefined behaviour; winners must not differ from their own O2 on other inputs, nor the file from the one without
 * promises.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom, type Random } from '../src/base/random.ts'
import { compileWorkerFor, defaultCompiler } from '../src/execute/choose-compiler.ts'
import type { CodeEngine } from '../src/execute/code-engine.ts'
import { prepareHarness } from '../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../src/execute/unit-limits.ts'
import { planEntryPoint } from '../src/group/subject/plan-entry-point.ts'
import { unitCode } from '../src/languages/languages.ts'
import { groupCode } from '../src/records/group-code.ts'
import type { StoredGroup } from '../src/records/group-record.ts'
import type { Input } from '../src/records/input.ts'
import { type ObservedResult, sameResult } from '../src/records/observed-result.ts'
import { openStore } from '../src/store/store.ts'
import { locateTools } from '../src/toolchain/locate-tools.ts'
import { verifyPair } from '../src/verify/verify-pair.ts'
import { buildInto, readDrops, verifyDatabase } from './build-and-verify.ts'
import type { Finding, FuzzKind, StepResult } from './fuzz-kind.ts'
import { sprinkleAttributes } from './sprinkle-attributes.ts'

const FUNCTIONS = join(import.meta.dirname, '../fixtures/functions')
/** Of a comparison by other inputs than the stored ones. */
const INPUTS = 200
const SECONDS = 10

export const attributesKind: FuzzKind = {
  summary: "attributes on the fixtures' functions, and whether labels rest on what they promise",
  seedsPerStep: 1,
  async open(settings) {
    const files = readdirSync(FUNCTIONS)
      .filter((name) => name.endsWith('.c'))
      .sort()
    const { clang, llvmAs } = locateTools()
    const engine = await openCodeEngine({
      clang,
      llvmAs,
      compileWorker: compileWorkerFor(defaultCompiler()),
      harness: await prepareHarness(clang),
      limits: DEFAULT_UNIT_LIMITS,
    })
    return {
      async step(seed, folder): Promise<StepResult> {
        const random = createRandom(`attributes ${seed}`)
        const name = random.pick(files)
        const plain = readFileSync(join(FUNCTIONS, name), 'utf8')
        const { text, added, checked } = sprinkleAttributes(plain, random)
        const file = join(folder, name)
        writeFileSync(file, text)
        const said: string[] = []
        const counts: Record<string, number> = {
          files: 1,
          promises: added.length,
          groups: 0,
          runs: 0,
          unchecked: 0,
        }

        const database = join(folder, 'groups.db')
        await buildInto(database, [file], settings, { classes: { ast: 1, ir: 1 } })
        said.push(...(await verifyDatabase(database, settings)).failures.map((failure) => failure.said))
        for (const { stage, reason, detail } of readDrops(database)) {
          counts[`drop ${stage}: ${reason}`] = (counts[`drop ${stage}: ${reason}`] ?? 0) + 1
          if (stage === 'winners' || reason === 'internal-error') said.push(`${stage}: ${reason}: ${detail}`)
        }
        const store = openStore(database, { readonly: true })
        const groups = [...store.groups()]
        store.close()
        for (const stored of groups) {
          counts.groups!++
          const results = await runChecked(engine, stored, checked)
          if (results === undefined) counts.unchecked!++
          else counts.runs! += results.runs
          said.push(...(results?.faults ?? []))
        }
        if (groups.length > 0)
          said.push(...(await compareWinners({ engine, clang }, random.pick(groups), random)))
        const compared = await verifyPair(
          { engine, clang },
          { name: `plain-${name}`, content: Buffer.from(plain) },
          { name, content: Buffer.from(text) },
          { inputs: INPUTS, seconds: SECONDS, seed },
        )
        counts[`without promises ${compared.verdict}`] = 1
        if (compared.verdict === 'differ')
          said.push(`differs from the file without promises: ${JSON.stringify(compared)}`)
        const findings: Finding[] =
          said.length === 0
            ? []
            : [
                {
                  name: name.replace('.c', ''),
                  said: [...said, `promises: ${added.join(', ')}`].join('\n'),
                  keep: [file, database],
                },
              ]
        return { counts, findings }
      },
      close: () => engine.close(),
    }
  },
}

/**
 * The group's results, taken again where promises are checks: of its subject on every input, and of each loser that is
 * C on its witness. Undefined where the twin does not compile.
 */
export async function runChecked(
  engine: CodeEngine,
  { group, unit }: Pick<StoredGroup, 'group' | 'unit'>,
  checked: (code: string) => string,
): Promise<{ readonly runs: number; readonly faults: readonly string[] } | undefined> {
  const planned = await planEntryPoint(engine, unit)
  if (planned.kind === 'unsupported') return undefined
  interface Claim {
    readonly whose: string
    readonly code: string
    readonly results: readonly (readonly [Input, ObservedResult])[]
  }
  const claims: Claim[] = [
    {
      whose: 'the original',
      code: groupCode({ group, unit }),
      results: group.inputs.map((input, index) => [input, group.expected[index]!]),
    },
    ...group.losers.flatMap((loser, index): Claim[] =>
      loser.class === 'ast'
        ? [
            {
              whose: `loser ${index}`,
              code: loser.code,
              results: [[group.inputs[loser.witness.inputIndex]!, loser.witness.mutant]],
            },
          ]
        : [],
    ),
  ]
  const faults: string[] = []
  let runs = 0
  try {
    for (const { whose, code, results } of claims) {
      const built = await engine.build(
        unitCode({ ...unit, code: checked(code) }),
        'plain',
        planned.entryPoint,
      )
      if (built.kind === 'rejected') return undefined
      const asked = results.map(([input]) => ({ input, fill: 0, fuel: 0 }))
      const [outcomes] = await engine.run([{ executable: built.executable, runs: asked }])
      for (const [index, outcome] of outcomes!.entries()) {
        runs++
        if (outcome.kind === 'ok' && sameResult(outcome, results[index]![1])) continue
        const came = outcome.kind === 'ok' ? 'another result' : outcome.kind
        faults.push(
          `group ${group.id.slice(0, 12)} of ${unit.name}: ${whose} gives ${came} where promises are checked`,
        )
      }
    }
  } finally {
    await engine.releaseAll()
  }
  return { runs, faults }
}

/** A winner drawn, and the one that O2 gave, on inputs that the build did not know. */
async function compareWinners(
  tools: { readonly engine: CodeEngine; readonly clang: string },
  { group, unit }: StoredGroup,
  random: Random,
): Promise<string[]> {
  const o2 = group.winners.find(({ levels }) => levels.includes('O2'))
  const others = group.winners.filter((winner) => winner !== o2)
  if (o2 === undefined || others.length === 0) return []
  const other = random.pick(others)
  const { verdict, ...rest } = await verifyPair(
    tools,
    { name: 'o2.ll', content: Buffer.from(o2.ir) },
    { name: 'other.ll', content: Buffer.from(other.ir) },
    { function: unit.name, inputs: INPUTS, seconds: SECONDS, seed: random.int(0, 1e6) },
  )
  if (verdict !== 'differ') return []
  return [`winner of ${other.levels} of ${unit.name} differs from O2: ${JSON.stringify(rest)}`]
}
