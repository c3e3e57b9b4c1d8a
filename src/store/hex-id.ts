/** Ids are sha256 in hex outside and 32 bytes inside the database. */
export function idToBytes(id: string): Buffer {
  const bytes = Buffer.from(id, 'hex')
  if (bytes.length !== 32 || id.length !== 64) throw new Error(`not a sha256 in hex: ${JSON.stringify(id)}`)
  return bytes
}

export function idFromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
