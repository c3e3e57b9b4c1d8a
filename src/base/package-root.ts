import { resolve } from 'node:path'

/** The package's own root folder, from `src/` as well as from `dist/`. */
export const PACKAGE_ROOT = resolve(import.meta.dirname, '..', '..')
