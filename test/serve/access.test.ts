import { describe, expect, it } from 'vitest'
import { checkAccess, listenAddress } from '../../src/serve/access.ts'

const TOKEN = 'a-token-of-some-length'
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const check = (headers: Readonly<Record<string, string>>, token: string | undefined = TOKEN) =>
  checkAccess((name) => headers[name], token)

describe('where the server listens', () => {
  it.each(['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1', 'localhost'])(
    '%s needs no token',
    async (host) => {
      expect(await listenAddress(host, undefined)).toMatch(/127\.|^::1$/)
    },
  )

  it.each(['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1'])('%s needs one', async (host) => {
    await expect(listenAddress(host, undefined)).rejects.toThrow('--token-file')
    expect(await listenAddress(host, TOKEN)).toBe(host)
  })

  it('is an address that there is', async () => {
    await expect(listenAddress('no-such-host.invalid', TOKEN)).rejects.toThrow('--host no-such-host.invalid')
  })
})

describe('the token', () => {
  it.each([
    { authorization: `Bearer ${TOKEN}` },
    { authorization: `bearer ${TOKEN}` },
    { authorization: basic(`gepo:${TOKEN}`) },
    { authorization: basic(`:${TOKEN}`) },
    { authorization: `Bearer ${TOKEN}`, origin: 'http://example.org' },
  ])('lets $authorization pass', (headers) => {
    expect(() => check(headers)).not.toThrow()
  })

  it.each([
    {},
    { authorization: '' },
    { authorization: TOKEN },
    { authorization: 'Bearer' },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Bearer ${TOKEN.slice(1)}` },
    { authorization: basic(TOKEN.slice(1)) },
    { authorization: basic(`${TOKEN}:`) },
  ])('is asked for where it is not: %o', (headers) => {
    expect(() => check(headers)).toThrow(expect.objectContaining({ status: 401 }))
  })
})

describe('without a token', () => {
  it('pages of a browser are refused, and programs are not', () => {
    const open = (headers: Readonly<Record<string, string>>) =>
      checkAccess((name) => headers[name], undefined)
    expect(() => open({ origin: 'http://localhost:8080' })).toThrow(expect.objectContaining({ status: 403 }))
    expect(() => open({ 'user-agent': 'python-requests/2' })).not.toThrow()
  })
})
