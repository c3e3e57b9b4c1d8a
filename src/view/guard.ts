/**
 * Who may ask. The server listens on this machine alone, but a page of anybody's in a browser here can send requests to it,
 * and with a name of its own that leads here (DNS rebinding) could even read the answers. So the name it was asked by must
 * be one of this machine, and what starts work must come from one of its own pages.
 */

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

type Header = (name: string) => string | undefined

/** By any port: another machine's may lead here, through ssh. */
export function isOwnHost(header: Header): boolean {
  const host = header('host')
  return host !== undefined && LOOPBACK_NAMES.has(host.replace(/:\d{1,5}$/, '').toLowerCase())
}

/** A page elsewhere cannot send the header of ours without being asked for leave first, which it never gets. */
export function isOwnPage(header: Header): boolean {
  if (header('x-gepo') !== 'view') return false
  const site = header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return false
  const origin = header('origin')
  return origin === undefined || origin === `http://${header('host')}`
}
