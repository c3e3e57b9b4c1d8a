/** Who may ask: anybody on this machine, or whoever has the token. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { BlockList } from 'node:net'
import { UserError } from '../base/user-error.ts'
import { RequestError } from './request-error.ts'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/**
 * The address to listen on.
 *
 * @throws UserError where it can be reached from elsewhere and there is no token, and for a host that is not known
 */
export async function listenAddress(host: string, token: string | undefined): Promise<string> {
  let found: { readonly address: string; readonly family: number }
  try {
    found = await lookup(host)
  } catch {
    throw new UserError(
      `--host ${host} is not known here: give an address of this machine, such as 127.0.0.1.`,
    )
  }
  const { address, family } = found
  if (token === undefined && !LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4'))
    throw new UserError(
      `Whoever reaches ${host} could have programs run here: name a file with a token by --token-file, or listen on 127.0.0.1.`,
    )
  return address
}

/**
 * Lets the request pass, or throws. The token comes as `Authorization: Bearer <token>`, or as the password of an
 * address (`http://gepo:<token>@host:8080/run_code`), for clients that can be given nothing but an address.
 *
 * Without a token, what a browser sends for a page is refused: the page may be anybody's.
 */
export function checkAccess(header: (name: string) => string | undefined, token: string | undefined): void {
  if (token === undefined) {
    if (header('origin') === undefined) return
    throw new RequestError(
      403,
      'Pages in a browser may not ask this server; start it with a token to let them.',
    )
  }
  const [scheme, given = ''] = (header('authorization') ?? '').split(' ')
  const word =
    scheme?.toLowerCase() === 'basic'
      ? Buffer.from(given, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : given
  if (!timingSafeEqual(digest(word), digest(token)))
    throw new RequestError(401, 'The token is missing or wrong: send "Authorization: Bearer <token>".')
}

const digest = (text: string) => createHash('sha256').update(text).digest()
