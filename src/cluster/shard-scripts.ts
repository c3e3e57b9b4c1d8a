/**
 * The two programs that know no engine: one builds a shard, one puts all of them together. A shard appears under its name
 * whole or not at all, so whatever starts them may start them twice, kill them, or forget some.
 */
import { shellWord } from '../base/shell-word.ts'
import type { ClusterJob } from './cluster-job.ts'

const words = (list: readonly string[]) => list.map(shellWord).join(' ')

/** Where shards are kept until they are merged. */
export const shardFolder = ({ out }: ClusterJob) => `${out}.shards`

const settings = (job: ClusterJob) => `shards=${job.shards}
folder=${shellWord(shardFolder(job))}
gepo=${shellWord(job.gepo)}`

/** Hands signals on to a program that runs beside the shell, and sets `status` to its exit code. */
export const waitedFor = (pid: string) => `signals=0
trap 'signals=$((signals + 1)); kill -TERM "$${pid}" 2>/dev/null || true' TERM INT
status=0
wait "$${pid}" || status=$?
# A signal ends the waiting, not what is waited for.
heard=0
while ((signals > heard)); do
  heard=$signals
  status=0
  wait "$${pid}" || status=$?
done
`

export const runShardScript = (job: ClusterJob): string => `#!/bin/bash
# run-shard.sh I: builds shard I of ${job.shards} (from 1) in scratch space and puts it into the folder of shards.
# Knows no scheduler. A shard that is there already is not built again.
# GEPO_JOBS: worker threads. GEPO_SCRATCH: a fast disk of this machine.
set -euo pipefail

${settings(job)}
sources=(${words(job.sources)})
options=(${words(job.buildOptions)})
jobs=\${GEPO_JOBS:-$(nproc)}
scratch=\${GEPO_SCRATCH:-\${TMPDIR:-/tmp}}

shard=$1
name=shard-$shard-of-$shards.db
if [ -f "$folder/$name" ]; then
  echo "$name is there already."
  exit 0
fi
mkdir -p "$folder" "$scratch"
work=$(mktemp -d "$scratch/gepo-shard-XXXXXX")
trap 'rm -rf "$work"' EXIT

# Puts a copy of the shard under that name, whole or not at all.
put() {
  local coming="$folder/.$1.$(hostname).$$"
  cp "$work/$name" "$coming"
  mv "$coming" "$folder/$1"
}

# What an attempt had done that was told to stop.
if [ -f "$folder/$name.partial" ]; then cp "$folder/$name.partial" "$work/$name"; fi

# Beside this shell, which waits for signals: a scheduler's warning is handed on.
"$gepo" build "\${sources[@]}" "\${options[@]}" --shard "$shard/$shards" --jobs "$jobs" --out "$work/$name" &
build=$!
${waitedFor('build')}
case $status in
  0)
    put "$name"
    rm -f "$folder/$name.partial"
    echo "$name is done."
    ;;
  130)
    put "$name.partial"
    echo "$name was stopped; the next attempt goes on from here." >&2
    ;;
  *) echo "$name failed with exit code $status." >&2 ;;
esac
exit "$status"
`

/** @param again the command that builds shards again, before their numbers */
export const mergeScript = (job: ClusterJob, again: string): string => `#!/bin/bash
# merge.sh: looks whether all ${job.shards} shards are there and merges them. The shards may go afterwards.
set -euo pipefail

${settings(job)}
out=${shellWord(job.out)}

missing=()
files=()
for ((shard = 1; shard <= shards; shard++)); do
  file=$folder/shard-$shard-of-$shards.db
  if [ -f "$file" ]; then files+=("$file"); else missing+=("$shard"); fi
done
if ((\${#missing[@]} > 0)); then
  echo "Shards that are missing: \${missing[*]}" >&2
  echo "Look at their logs, then build them again: ${again} \${missing[*]}" >&2
  exit 1
fi
exec "$gepo" merge "\${files[@]}" --out "$out"
`
