import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { scratchFolder } from '../../scratch-folder.ts'
import { run } from '../captured-context.ts'

/** A program on PATH that stands for another. */
function fake(folder: string, name: string, body: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/bash\n${body}\n`)
  chmodSync(join(folder, name), 0o755)
}

const lines = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [])

interface Cluster {
  readonly folder: string
  readonly scripts: string
  readonly shards: string
  call(
    script: string,
    args?: readonly string[],
    env?: Record<string, string>,
  ): { exit: number | null; said: string }
}

/** A cluster whose gepo keeps what it is asked for, and makes a file of it. */
async function slurm(options: readonly string[], { maxArraySize = 1001 } = {}): Promise<Cluster> {
  const folder = scratchFolder()
  const bin = join(folder, 'bin')
  const scripts = join(folder, 'my scripts')
  fake(
    bin,
    'gepo',
    `echo "$*" >> '${folder}/calls'
     while (($# > 0)); do case $1 in --out) out=$2 ;; --shard) shard=$2 ;; esac; shift; done
     if [ -n "$shard" ] && [ -e '${folder}/fail' ]; then exit 7; fi
     if [ -n "$shard" ] && [ -e '${folder}/wait' ]; then
       trap 'echo half > "$out"; exit 130' TERM
       touch '${folder}/waiting'
       for ((i = 0; i < 600; i++)); do sleep 0.05; done
     fi
     [ -e "$out" ] && before=$(cat "$out") && rm "$out"
     echo "$shard $before" > "$out"`,
  )
  fake(
    bin,
    'scontrol',
    `if [ "$1" = show ]; then echo 'MaxArraySize            = ${maxArraySize}'; else echo "$*" >> '${folder}/requeued'; fi`,
  )
  fake(
    bin,
    'sbatch',
    `echo "$*" >> '${folder}/submitted'; id=$(wc -l < '${folder}/submitted'); echo "$((100 + id));here"`,
  )
  const flags = [
    '--out',
    join(folder, 'all.db'),
    '--folder',
    scripts,
    '--gepo',
    join(bin, 'gepo'),
    ...options,
  ]
  mkdirSync(join(folder, 'some sources'))
  writeFileSync(join(folder, 'some sources', 'a.c'), 'int main(void) { return 0; }\n')
  const { exit, stderr } = await run(['cluster', 'slurm', join(folder, 'some sources'), ...flags])
  expect([exit, stderr]).toEqual([0, ''])
  return {
    folder,
    scripts,
    shards: join(folder, 'all.db.shards'),
    call(script, args = [], env = {}) {
      const result = spawnSync(join(scripts, script), args, {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, TMPDIR: folder, ...env },
      })
      return { exit: result.status, said: result.stdout + result.stderr }
    },
  }
}

describe('on Slurm', () => {
  it('a shard is built in scratch space and appears under its name when it is done, once', async () => {
    const { folder, shards, call } = await slurm(['--shards', '3', '--build', '--seed 4 --unit program'])
    expect(call('run-shard.sh', ['2'], { GEPO_JOBS: '5' }).exit).toBe(0)
    expect(lines(join(folder, 'calls'))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^build ${folder}/some sources --seed 4 --unit program --shard 2/3 --jobs 5 --out ${folder}/gepo-shard-`,
        ),
      ),
    ])
    expect(readdirSync(shards)).toEqual(['shard-2-of-3.db'])
    expect(readdirSync(folder).filter((name) => name.startsWith('gepo-shard-'))).toEqual([])
    expect(call('run-shard.sh', ['2'])).toMatchObject({
      exit: 0,
      said: expect.stringContaining('is there already'),
    })
    expect(lines(join(folder, 'calls'))).toHaveLength(1)
  })

  it('a shard that fails leaves nothing under its name, and is queued again, so many times', async () => {
    const { folder, shards, scripts, call } = await slurm(['--shards', '3'])
    writeFileSync(join(folder, 'fail'), '')
    const task = (restarts: number) =>
      spawnSync('bash', [join(scripts, 'shards.sbatch')], {
        encoding: 'utf8',
        env: {
          ...process.env,
          PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`,
          TMPDIR: folder,
          OFFSET: '1',
          SLURM_ARRAY_JOB_ID: '9',
          SLURM_ARRAY_TASK_ID: '2',
          SLURM_CPUS_PER_TASK: '4',
          SLURM_RESTART_COUNT: String(restarts),
        },
      })
    expect(task(0)).toMatchObject({
      status: 7,
      stderr: expect.stringContaining('shard-3-of-3.db failed with exit code 7'),
    })
    expect(lines(join(folder, 'requeued'))).toEqual(['requeue 9_2'])
    expect(readdirSync(shards)).toEqual([])
    task(2)
    expect(lines(join(folder, 'requeued'))).toHaveLength(1)
    expect(call('merge.sh')).toMatchObject({
      exit: 1,
      said: expect.stringMatching(/missing: 1 2 3\n.*submit\.sh' 1 2 3/),
    })
  })

  it('a shard that is told to stop keeps what it has for the next attempt', { timeout: 60_000 }, async () => {
    const { folder, shards, scripts, call } = await slurm(['--shards', '1'])
    writeFileSync(join(folder, 'wait'), '')
    const stopped = spawnSync(
      'bash',
      [
        '-c',
        `"$1" 1 & pid=$!; until [ -e "$2/waiting" ]; do sleep 0.05; done; kill -TERM $pid; wait $pid`,
        'bash',
        join(scripts, 'run-shard.sh'),
        folder,
      ],
      { encoding: 'utf8', env: { ...process.env, TMPDIR: folder } },
    )
    expect(stopped).toMatchObject({ status: 130 })
    expect(readdirSync(shards)).toEqual(['shard-1-of-1.db.partial'])
    rmSync(join(folder, 'wait'))
    expect(call('run-shard.sh', ['1']).exit).toBe(0)
    expect(readdirSync(shards)).toEqual(['shard-1-of-1.db'])
    expect(readFileSync(join(shards, 'shard-1-of-1.db'), 'utf8')).toBe('1/1 half\n')
  })

  it('shards are cut into as many arrays as the site allows, and merged after all of them', async () => {
    const { folder, scripts, call } = await slurm(
      ['--shards', '10', '--partition', 'p', '--time', '01:00:00'],
      {
        maxArraySize: 5,
      },
    )
    expect(call('submit.sh').exit).toBe(0)
    expect(lines(join(folder, 'submitted'))).toEqual([
      `--parsable --array=1-4 --export=ALL,OFFSET=0 ${scripts}/shards.sbatch`,
      `--parsable --array=1-4 --export=ALL,OFFSET=4 ${scripts}/shards.sbatch`,
      `--parsable --array=1-2 --export=ALL,OFFSET=8 ${scripts}/shards.sbatch`,
      `--parsable --dependency=afterany:101:102:103 ${scripts}/merge.sbatch`,
    ])
    call('submit.sh', ['9', '2', '4'])
    expect(lines(join(folder, 'submitted')).slice(4)).toEqual([
      `--parsable --array=2,4 --export=ALL,OFFSET=0 ${scripts}/shards.sbatch`,
      `--parsable --array=1 --export=ALL,OFFSET=8 ${scripts}/shards.sbatch`,
      `--parsable --dependency=afterany:105:106 ${scripts}/merge.sbatch`,
    ])
    for (const shard of ['11', '0', 'x'])
      expect(call('submit.sh', [shard])).toMatchObject({
        exit: 2,
        said: expect.stringContaining('from 1 to 10'),
      })
    const job = readFileSync(join(scripts, 'shards.sbatch'), 'utf8')
    for (const directive of [
      '--partition=p',
      '--time=01:00:00',
      '--requeue',
      '--mem=6G',
      '--cpus-per-task=4',
    ])
      expect(job).toContain(`\n#SBATCH ${directive}\n`)
  })

  it('shards that are all there are merged', async () => {
    const { folder, shards, call } = await slurm(['--shards', '2'])
    call('run-shard.sh', ['1'])
    call('run-shard.sh', ['2'])
    expect(call('merge.sh').exit).toBe(0)
    expect(lines(join(folder, 'calls')).at(-1)).toBe(
      `merge ${shards}/shard-1-of-2.db ${shards}/shard-2-of-2.db --out ${folder}/all.db`,
    )
  })

  it('says at once where sources are not there, which each shard would find out for itself', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'notes.txt'), 'no C')
    const place = (name: string) => ['--shards', '2', '--out', join(folder, name)]
    for (const [source, missing] of [
      [folder, 'has no .c file'],
      [join(folder, 'nowhere'), 'does not exist'],
    ] as const) {
      const { exit, stderr } = await run(['cluster', 'slurm', source, ...place('all.db')])
      expect([exit, stderr]).toEqual([
        0,
        expect.stringContaining('As seen from here, all shards will fail: '),
      ])
      expect(stderr).toContain(missing)
    }
    expect(await run(['cluster', 'slurm', 'hf:owner/name', ...place('hub.db')])).toMatchObject({ stderr: '' })
  })

  it('takes no options that the scripts say themselves', async () => {
    const { exit, stderr } = await run([
      'cluster',
      'slurm',
      'a',
      '--shards',
      '2',
      '--out',
      'b',
      '--build',
      '--jobs 3',
    ])
    expect([exit, stderr]).toEqual([2, expect.stringContaining('--jobs is for the scripts to say')])
  })

  it.each([
    ['--sed 1', "In --build: unknown option '--sed' (Did you mean --seed?); see gepo build --help."],
    ['--winners none', 'In --build: '],
    ['--seed', "In --build: option '--seed <n>' argument missing; see gepo build --help."],
    ['more.c', "In --build: 'more.c' is no option of gepo build; see gepo build --help."],
    ['--help', "In --build: unknown option '--help'"],
    ['--levels O9', 'In --build: '],
  ])('says before any machine starts what is wrong with %s', async (options, sentence) => {
    const folder = scratchFolder()
    const asked = ['cluster', 'slurm', 'a', '--shards', '2', '--out', join(folder, 'b')]
    const { exit, stdout, stderr } = await run([...asked, '--build', options])
    expect([exit, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)])
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves a file of options for the machines that have it', async () => {
    const folder = scratchFolder()
    const asked = ['cluster', 'slurm', 'hf:owner/name', '--shards', '2', '--out', join(folder, 'b')]
    const options = '--seed 1 --levels O0,O2 --config /of/the/nodes.json'
    expect(await run([...asked, '--build', options])).toMatchObject({ exit: 0 })
    expect(readFileSync(join(folder, 'b.cluster', 'run-shard.sh'), 'utf8')).toContain('/of/the/nodes.json')
  })
})

describe('on Kubernetes', () => {
  const kubernetes = async (...options: string[]) => {
    const folder = scratchFolder()
    const result = await run([
      'cluster',
      'kubernetes',
      'c',
      '--shards',
      '6',
      '--out',
      'all.db',
      '--folder',
      folder,
      ...options,
    ])
    return { folder, ...result }
  }

  it('a job has a pod for each shard, of which each may fail by itself', async () => {
    const { folder, exit } = await kubernetes(
      '--image',
      'r/gepo:1',
      '--claim',
      'disk',
      '--parallel',
      '3',
      '--build',
      '--seed 2',
    )
    expect(exit).toBe(0)
    const [scripts, job] = parseAllDocuments(readFileSync(join(folder, 'shards.yaml'), 'utf8')).map(
      (document) => {
        expect(document.errors).toEqual([])
        return document.toJS()
      },
    )
    expect(job).toMatchObject({
      apiVersion: 'batch/v1',
      kind: 'Job',
      spec: {
        completionMode: 'Indexed',
        completions: 6,
        parallelism: 3,
        backoffLimitPerIndex: 3,
        template: {
          spec: {
            restartPolicy: 'Never',
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'Unconfined' } },
            volumes: [
              { persistentVolumeClaim: { claimName: 'disk' } },
              {},
              { configMap: { name: scripts.metadata.name } },
            ],
            containers: [{ image: 'r/gepo:1', resources: { limits: { memory: '6Gi' } } }],
          },
        },
      },
    })
    const shard = scripts.data['run-shard.sh']
    expect(shard).toContain('sources=(/data/c)')
    expect(shard).toContain('options=(--seed 2)')
    for (const script of Object.values<string>(scripts.data))
      expect(spawnSync('bash', ['-n'], { input: script }).status).toBe(0)
    const merge = parse(readFileSync(join(folder, 'merge.yaml'), 'utf8'))
    expect(merge.spec.template.spec.containers[0].command).toContain('exec /scripts/merge.sh')
    expect(statSync(join(folder, 'submit.sh')).mode & 0o111).not.toBe(0)
  })

  it('the merge is started when all shards have ended, whether or not well', async () => {
    const { folder } = await kubernetes('--image', 'r/gepo:1', '--claim', 'disk', '--namespace', 'lab')
    const bin = join(folder, 'bin')
    fake(
      bin,
      'kubectl',
      `echo "$*" >> '${folder}/calls'
       if [ "$3" = get ]; then [ -e '${folder}/asked' ] && echo Failed; touch '${folder}/asked'; fi`,
    )
    const { status } = spawnSync(join(folder, 'submit.sh'), {
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, GEPO_POLL_SECONDS: '0' },
    })
    expect(status).toBe(0)
    const calls = lines(join(folder, 'calls'))
    expect(calls[0]).toBe('--namespace lab apply -f shards.yaml')
    expect(calls.filter((call) => call.includes('get job gepo-shards'))).toHaveLength(2)
    expect(calls.at(-1)).toBe('--namespace lab apply -f merge.yaml')
  })

  it('asks for an image and a volume', async () => {
    const { exit, stderr } = await kubernetes()
    expect([exit, stderr]).toEqual([2, expect.stringContaining('--image')])
  })
})
