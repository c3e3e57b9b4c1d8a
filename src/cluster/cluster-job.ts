/** A build of many shards on several machines, whatever engine starts them. */
export interface ClusterJob {
  readonly shards: number
  /** Paths as the machines that build see them; places of the hub as they are. */
  readonly sources: readonly string[]
  readonly out: string
  /** Further options of `gepo build`. */
  readonly buildOptions: readonly string[]
  /** How gepo is started there. */
  readonly gepo: string
}

/** A file that is written for somebody to read, change and run. */
export interface ClusterFile {
  readonly name: string
  readonly text: string
  readonly isProgram: boolean
}
