/**
 * `gepo serve` without a command line: a judge, and `verify`, behind HTTP. In: an address, slots, limits. Out: a server
 * that answers until it is closed; closed, it finishes what runs, and refuses the rest.
 *
 * Killed, it leaves no process: what runs dies with it. Folders and cgroups are removed by the next judge.
 */
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAdaptorServer } from '@hono/node-server'
import { listenOn } from '../base/listen.ts'
import { UserError } from '../base/user-error.ts'
import { openJudge } from '../judge/open-judge.ts'
import { locateTools } from '../toolchain/locate-tools.ts'
import type { VerifyFiles } from '../verify/verify-files.ts'
import { listenAddress } from './access.ts'
import { createApp } from './create-app.ts'
import type { ServeLimits } from './serve-limits.ts'
import { createMetrics } from './serve-metrics.ts'
import { WorkQueue } from './work-queue.ts'

/** For a request to be read. */
const READ_PATIENCE_MS = 60_000
/** Longer than clients keep a connection that they do not use: whoever closes it first must not be the server. */
const KEEP_ALIVE_MS = 75_000
/** For answers that are written to reach their clients. */
const WRITE_PATIENCE_MS = 5000

export interface ServerOptions {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Must be there unless `host` is this machine alone. */
  readonly token: string | undefined
  /** Works at the same time; each takes a core. */
  readonly slots: number
  /** How many more may wait. */
  readonly queue: number
  readonly limits: ServeLimits
  /** Where boxes lie; default the system's folder for temporary files. */
  readonly temporaryFolder?: string
  /** Told of each bug; the server goes on. */
  readonly report: (error: unknown) => void
}

export interface GepoServer {
  /** As clients write it. */
  readonly url: string
  /** Ends when nothing runs and nothing is left. */
  close(): Promise<void>
}

/** @throws UserError where nothing can be judged here, or the address cannot be had */
export async function openServer(options: ServerOptions): Promise<GepoServer> {
  const { port, slots, limits, token, report, temporaryFolder } = options
  const address = await listenAddress(options.host, token)
  const verify = await loadVerify()
  const judge = await openJudge({ slots, ...(temporaryFolder === undefined ? {} : { temporaryFolder }) })
  const queue = new WorkQueue(slots, options.queue)
  const metrics = createMetrics(queue, slots)
  const app = createApp({ judge, verify, limits, metrics, queue, token, report })
  const server = createAdaptorServer({
    fetch: app.fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: READ_PATIENCE_MS,
      headersTimeout: READ_PATIENCE_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
  }) as Server
  let bound: number
  try {
    bound = await listenOn(server, port, address, options.host)
  } catch (error) {
    await judge.close()
    throw error
  }
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      await queue.stop()
      await Promise.race([closed, sleep(WRITE_PATIENCE_MS, undefined, { ref: false })])
      server.closeAllConnections()
      await closed
      await judge.close()
    },
  }
}

async function loadVerify(): Promise<VerifyFiles | string> {
  try {
    locateTools()
  } catch (error) {
    if (error instanceof UserError) return `Code cannot be compared here: ${error.message}`
    throw error
  }
  return (await import('../verify/verify-files.ts')).verifyFiles
}
