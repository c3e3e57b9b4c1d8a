/**
 * `gepo view` without a command line: pages over a database and runs, on this machine alone. In: what to show and a port.
 * Out: a server that answers until it is closed; closed, nothing of it runs on.
 */
import type { Server } from 'node:http'
import { basename } from 'node:path'
import { createAdaptorServer } from '@hono/node-server'
import { listenOn } from '../base/listen.ts'
import { DEFAULT_UNIT_LIMITS, type UnitLimits } from '../execute/unit-limits.ts'
import { findRuns } from '../report/find-runs.ts'
import { openAuditDesk } from './audit-desk.ts'
import { createViewApp } from './create-view-app.ts'
import { openGroups } from './open-groups.ts'
import { openRuns } from './open-runs.ts'
import { openProver } from './prove-again.ts'

/** Never another: who reaches it may have programs run here. */
const ADDRESS = '127.0.0.1'

export interface ViewerOptions {
  readonly database: string | undefined
  /** Folders of runs, or folders that hold some. */
  readonly runs: readonly string[]
  /** 0: any that is free. */
  readonly port: number
  readonly seed: number
  /** Told of each bug; the server goes on. */
  readonly report: (error: unknown) => void
}

export interface Viewer {
  readonly url: string
  close(): Promise<void>
}

/** @throws UserError where the database cannot be shown, or the port cannot be had */
export async function openViewer({ database, runs, port, seed, report }: ViewerOptions): Promise<Viewer> {
  const found = findRuns(runs)
  const groups = database === undefined ? undefined : openGroups(database)
  const prover = openProver(async (signal) => {
    const { openPool } = await import('../pipeline/open-pool.ts')
    const { defaultCompiler } = await import('../execute/choose-compiler.ts')
    // A run that fitted the build's limits must fit the proof's.
    const limits = (groups?.contentConfig()?.limits as UnitLimits | undefined) ?? DEFAULT_UNIT_LIMITS
    return openPool({ jobs: 1, limits, compiler: defaultCompiler() }, signal)
  })
  const auditDesk =
    groups && openAuditDesk({ path: groups.path, seed, mark: () => groups.changeMark(), report })
  const app = createViewApp({
    name: database === undefined ? 'runs' : basename(database),
    groups,
    runs: found.length > 0 ? openRuns(found) : undefined,
    prover,
    auditDesk,
    report,
  })
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  const closeAll = async () => {
    await prover.close()
    await auditDesk?.close()
    groups?.close()
  }
  try {
    const bound = await listenOn(server, port, ADDRESS)
    return {
      url: `http://${ADDRESS}:${bound}/`,
      async close() {
        const closed = new Promise((resolve) => server.close(resolve))
        server.closeAllConnections()
        await closed
        await closeAll()
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}
