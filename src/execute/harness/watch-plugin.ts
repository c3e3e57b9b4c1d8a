import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../base/package-root.ts'

/** The pass (native/watch-undefined) that clang loads for the builds with sanitizers. */
export const WATCH_PLUGIN = join(PACKAGE_ROOT, 'native/build/watch-undefined.so')
