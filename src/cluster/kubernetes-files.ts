/**
 * A build of many shards in, what Kubernetes runs out: an Indexed Job with one pod a shard, a Job that merges, a recipe for
 * the image, and a script that starts them one after the other. Nothing of it was asked of a cluster.
 */
import { shellWord } from '../base/shell-word.ts'
import type { ClusterFile, ClusterJob } from './cluster-job.ts'
import { mergeScript, runShardScript } from './shard-scripts.ts'

export interface KubernetesOptions {
  readonly image: string
  /** Name of the claim of a volume that all nodes can write (ReadWriteMany). */
  readonly claim: string
  /** Where the volume lies in a pod. */
  readonly mount: string
  readonly namespace?: string | undefined
  readonly cpus: number
  /** As Kubernetes takes it: `4Gi`. */
  readonly memory: string
  /** Pods at the same time. */
  readonly parallel: number
}

export function kubernetesFiles(job: ClusterJob, options: KubernetesOptions): ClusterFile[] {
  return [
    { name: 'Dockerfile', text: dockerfile(options), isProgram: false },
    { name: 'shards.yaml', text: shardsManifest(job, options), isProgram: false },
    { name: 'merge.yaml', text: mergeManifest(options), isProgram: false },
    { name: 'submit.sh', text: submitScript(options), isProgram: true },
  ]
}

/** JSON's strings are YAML's. */
const text = (value: string) => JSON.stringify(value)

const block = (script: string, spaces: number) =>
  script
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(spaces)}${line}`))
    .join('\n')

const namespaceLine = ({ namespace }: KubernetesOptions) =>
  namespace === undefined ? '' : `\n  namespace: ${text(namespace)}`

const container = ({ image, cpus, memory, mount }: KubernetesOptions, command: string) => `
        - name: gepo
          image: ${text(image)}
          command: ["/bin/bash", "-c", ${text(command)}]
          env:
            - { name: GEPO_JOBS, value: "${cpus}" }
            - { name: GEPO_SCRATCH, value: /scratch }
          resources:
            requests: { cpu: "${cpus}", memory: ${text(memory)} }
            limits: { memory: ${text(memory)} }
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: ["ALL"] }
          volumeMounts:
            - { name: data, mountPath: ${text(mount)} }
            - { name: scratch, mountPath: /scratch }
            - { name: scripts, mountPath: /scripts }`

/** What both kinds of pod have in common. */
const podSpec = (options: KubernetesOptions, command: string) => `    spec:
      restartPolicy: Never
      # What is built is run, in a sandbox that gepo makes itself: as a user of no rights, without network, in namespaces
      # of its own (bubblewrap), or behind Landlock where the cluster allows no user namespaces. It takes the best that
      # works; "gepo doctor" in a pod says which. For bubblewrap
      # - the nodes allow unprivileged user namespaces (sysctl user.max_user_namespaces above 0; on Ubuntu also
      #   kernel.apparmor_restrict_unprivileged_userns=0, or a profile that allows them),
      # - the pod has a seccomp profile that allows clone, unshare, mount and pivot_root, which RuntimeDefault does not,
      # - /proc may stay masked; only with "procMount: Unmasked" and "hostUsers: false" a sandbox has a /proc of its own.
      # With "seccompProfile: RuntimeDefault" the sandbox is Landlock's (kernel 5.13 or newer).
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        runAsGroup: 1000
        fsGroup: 1000
        seccompProfile: { type: Unconfined }
        appArmorProfile: { type: Unconfined }
      containers:${container(options, command)}
      volumes:
        - name: data
          persistentVolumeClaim: { claimName: ${text(options.claim)} }
        - name: scratch
          emptyDir: {}
        - name: scripts
          # 365 is 0555: everybody may run them.
          configMap: { name: gepo-scripts, defaultMode: 365 }
`

const shardsManifest = (job: ClusterJob, options: KubernetesOptions): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: gepo-scripts${namespaceLine(options)}
data:
  run-shard.sh: |
${block(runShardScript(job), 4)}
  merge.sh: |
${block(mergeScript(job, 'kubectl delete job gepo-shards, then submit.sh, which builds only'), 4)}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: gepo-shards${namespaceLine(options)}
spec:
  completionMode: Indexed
  completions: ${job.shards}
  parallelism: ${options.parallel}
  # Of each shard by itself: one that fails for good does not end the others. A pod that its node takes along is
  # started again on another.
  backoffLimitPerIndex: 3
  maxFailedIndexes: ${job.shards}
  template:
${podSpec(options, 'exec /scripts/run-shard.sh "$((JOB_COMPLETION_INDEX + 1))"')}`

const mergeManifest = (options: KubernetesOptions): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: gepo-merge${namespaceLine(options)}
spec:
  # It ends at once where shards are missing, and says which.
  backoffLimit: 1
  template:
${podSpec(options, 'exec /scripts/merge.sh')}`

const dockerfile = ({ image }: KubernetesOptions): string => `# The image of the pods. In a clone of gepo:
#   docker build -f Dockerfile -t ${image} . && docker push ${image}
FROM node:24-bookworm
COPY . /opt/gepo
# LLVM 19, bubblewrap and the other packages, npm's packages, the native parts.
RUN cd /opt/gepo && npm run setup && ln -s /opt/gepo/bin/gepo.mjs /usr/local/bin/gepo
USER 1000:1000
ENV HOME=/tmp
CMD ["gepo", "doctor"]
`

const submitScript = (options: KubernetesOptions): string => `#!/bin/bash
# submit.sh: starts the pods that build shards, waits until all have ended, and starts the one that merges.
set -euo pipefail

cd "$(dirname "$0")"
kubectl=(kubectl${options.namespace === undefined ? '' : ` --namespace ${shellWord(options.namespace)}`})
"\${kubectl[@]}" apply -f shards.yaml
until "\${kubectl[@]}" get job gepo-shards -o 'jsonpath={.status.conditions[?(@.status=="True")].type}' |
  grep -Eq 'Complete|Failed'; do
  sleep "\${GEPO_POLL_SECONDS:-15}"
done
"\${kubectl[@]}" delete job gepo-merge --ignore-not-found
"\${kubectl[@]}" apply -f merge.yaml
echo "Merging; look at it by: \${kubectl[*]} logs --follow job/gepo-merge"
`
