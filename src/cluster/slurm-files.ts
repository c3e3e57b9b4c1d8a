/**
 * A build of many shards in, what Slurm runs out: job arrays, one task a shard, and the merge after all of them have
 * ended, however they ended. How large an array may be is the site's to say, and asked for when they are submitted.
 */
import { shellWord } from '../base/shell-word.ts'
import type { ClusterFile, ClusterJob } from './cluster-job.ts'
import { mergeScript, runShardScript, waitedFor } from './shard-scripts.ts'

export interface SlurmOptions {
  /** Absolute path of the folder that the files are written into. */
  readonly folder: string
  readonly cpus: number
  /** As Slurm takes it: `4G`. */
  readonly memory: string
  /** `04:00:00` */
  readonly time: string
  readonly partition?: string | undefined
  readonly account?: string | undefined
  /** A folder of each node's own; default $SLURM_TMPDIR, $TMPDIR or /tmp. */
  readonly scratch?: string | undefined
}

/** Attempts after the first of a shard that failed. Those that a node's end takes are not counted by us but requeued by Slurm. */
const RETRIES = 2

export function slurmFiles(job: ClusterJob, options: SlurmOptions): ClusterFile[] {
  const again = shellWord(`${options.folder}/submit.sh`)
  return [
    { name: 'run-shard.sh', text: runShardScript(job), isProgram: true },
    { name: 'merge.sh', text: mergeScript(job, again), isProgram: true },
    { name: 'shards.sbatch', text: shardsJob(options), isProgram: false },
    { name: 'merge.sbatch', text: mergeJob(options), isProgram: false },
    { name: 'submit.sh', text: submitScript(job, options), isProgram: true },
  ]
}

const directives = ({ partition, account, folder }: SlurmOptions, name: string, log: string) =>
  [
    `--job-name=${name}`,
    `--output=${shellWord(`${folder}/logs/${log}`)}`,
    '--open-mode=append',
    '--requeue',
    ...(partition === undefined ? [] : [`--partition=${partition}`]),
    ...(account === undefined ? [] : [`--account=${account}`]),
  ]
    .map((directive) => `#SBATCH ${directive}`)
    .join('\n')

const shardsJob = (options: SlurmOptions): string => `#!/bin/bash
${directives(options, 'gepo-shards', 'shard-%A-%a.log')}
#SBATCH --cpus-per-task=${options.cpus}
#SBATCH --mem=${options.memory}
#SBATCH --time=${options.time}
# Two minutes before the time is up the shard is told to store what it has.
#SBATCH --signal=B:TERM@120

# Task T of an array builds shard OFFSET + T: a build may be cut into more shards than an array has tasks.
shard=$((OFFSET + SLURM_ARRAY_TASK_ID))
export GEPO_JOBS=$SLURM_CPUS_PER_TASK
export GEPO_SCRATCH=${options.scratch === undefined ? `\${SLURM_TMPDIR:-\${TMPDIR:-/tmp}}` : shellWord(options.scratch)}

${shellWord(`${options.folder}/run-shard.sh`)} "$shard" &
task=$!
${waitedFor('task')}
# What failed is queued again, ${RETRIES} times: the fault may be the node's. A node that dies is Slurm's to notice.
if ((status != 0 && \${SLURM_RESTART_COUNT:-0} < ${RETRIES})); then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$status"
`

const mergeJob = (options: SlurmOptions): string => `#!/bin/bash
${directives(options, 'gepo-merge', 'merge-%j.log')}
#SBATCH --cpus-per-task=1
#SBATCH --mem=${options.memory}
#SBATCH --time=${options.time}
exec ${shellWord(`${options.folder}/merge.sh`)}
`

const submitScript = ({ shards }: ClusterJob, { folder }: SlurmOptions): string => `#!/bin/bash
# submit.sh [SHARD...]: hands all ${shards} shards to Slurm, or those that are named, and the merge after them.
set -euo pipefail

shards=${shards}
folder=${shellWord(folder)}
mkdir -p "$folder/logs"
for shard in "$@"; do
  if [[ ! $shard =~ ^[0-9]+$ ]] || ((shard < 1 || shard > shards)); then
    echo "$shard is no shard; name numbers from 1 to $shards." >&2
    exit 2
  fi
done

# Numbers of tasks lie below MaxArraySize; these begin at 1.
most=$(scontrol show config | awk '$1 == "MaxArraySize" { print $3 }')
per_array=$((\${most:-1001} - 1))
if ((per_array < 1)); then
  echo "This Slurm takes no job arrays (MaxArraySize \${most}); run run-shard.sh for each shard by other means." >&2
  exit 1
fi

arrays=()
for ((offset = 0; offset < shards; offset += per_array)); do
  if (($# == 0)); then
    last=$((shards - offset < per_array ? shards - offset : per_array))
    tasks=1-$last
  else
    tasks=
    for shard in "$@"; do
      if ((shard > offset && shard <= offset + per_array)); then tasks+=\${tasks:+,}$((shard - offset)); fi
    done
    if [ -z "$tasks" ]; then continue; fi
  fi
  array=$(sbatch --parsable --array="$tasks" --export="ALL,OFFSET=$offset" "$folder/shards.sbatch")
  arrays+=("\${array%%;*}")
  echo "Array \${array%%;*}: shards of $tasks after $offset"
done

# afterany, not afterok: one shard that failed for good must not leave the merge waiting for ever. It looks by itself
# whether all are there.
merge=$(sbatch --parsable --dependency="afterany:$(IFS=: && echo "\${arrays[*]}")" "$folder/merge.sbatch")
echo "Merge: job \${merge%%;*}; its log is $folder/logs/merge-\${merge%%;*}.log"
`
