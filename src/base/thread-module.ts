/** A thread's module by name, beside the one of `metaUrl`, in the sources and in the package. */
export const threadModule = (name: string, metaUrl: string): string =>
  new URL(`./${name}.${metaUrl.endsWith('.ts') ? 'ts' : 'js'}`, metaUrl).href
