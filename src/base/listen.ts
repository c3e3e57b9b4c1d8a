/** A server made to listen: an address in, the port out that it has. */
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from './user-error.ts'

/**
 * @param port 0: any that is free
 * @param host as the user named the address
 * @throws UserError where the port cannot be had
 */
export async function listenOn(
  server: Server,
  port: number,
  address: string,
  host = address,
): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, address, resolve)
    })
  } catch (error) {
    throw new UserError(
      `Port ${port} of ${host} cannot be had (${(error as NodeJS.ErrnoException).code}): name another by --port.`,
    )
  }
  return (server.address() as AddressInfo).port
}
