/** What GPUs can do at most, of the vendor's data sheets, and what of it products, attention and copies reach. */

export interface GpuDevice {
  readonly name: string
  /** In what the driver calls it. */
  readonly pattern: RegExp
  /** Dense bfloat16 products, operations a second. */
  readonly peakFlops: number
  readonly memoryGib: number
  /** Of its memory, bytes a second. */
  readonly bandwidth: number
  /** To the other GPUs of the machine, bytes a second each way. */
  readonly link: number
  readonly source: string
  readonly reached: Reached
}

/** Shares of the peak. They stand until `npm run check:gpu` has measured its own. */
export interface Reached {
  /** Of {@link GpuDevice.peakFlops}, by large matrix products. */
  readonly products: number
  /** Of the same, by attention. */
  readonly attention: number
  /** Of {@link GpuDevice.bandwidth}. */
  readonly memory: number
}

const TERA = 1e12
const GIGA = 1e9

/**
 * Products: what large bfloat16 ones come to under the chip's power limit, as a rule of thumb; assumed. Attention: that
 * of libtorch, FlashAttention-2, 35% of an H100 by the authors of FlashAttention-3 (arXiv 2407.08608), and 50 to 73% of
 * an A100 by its own (arXiv 2307.08691); a B200 is taken to reach an H100's rate. Memory: assumed.
 */
const HOPPER: Reached = { products: 0.7, attention: 0.35, memory: 0.85 }
const AMPERE: Reached = { products: 0.8, attention: 0.6, memory: 0.85 }
const BLACKWELL: Reached = { products: 0.7, attention: (0.35 * 989) / 2250, memory: 0.85 }

export const GPU_DEVICES: readonly GpuDevice[] = [
  {
    name: 'h100',
    pattern: /\b(H100|H800)\b/,
    peakFlops: 989 * TERA,
    memoryGib: 80,
    bandwidth: 3350 * GIGA,
    link: 450 * GIGA,
    source:
      'NVIDIA H100 data sheet, SXM: 1,979 teraFLOPS with sparsity, 3.35 TB/s, NVLink 900 GB/s both ways',
    reached: HOPPER,
  },
  {
    name: 'h200',
    pattern: /\b(H200|GH200)\b/,
    peakFlops: 989 * TERA,
    memoryGib: 139,
    bandwidth: 4800 * GIGA,
    link: 450 * GIGA,
    source: 'NVIDIA H200 data sheet, SXM: 1,979 teraFLOPS with sparsity, 4.8 TB/s, NVLink 900 GB/s both ways',
    reached: HOPPER,
  },
  {
    name: 'a100',
    pattern: /\b(A100|A800)\b/,
    peakFlops: 312 * TERA,
    memoryGib: 80,
    bandwidth: 2039 * GIGA,
    link: 300 * GIGA,
    source: 'NVIDIA A100 data sheet, 80 GB SXM: 312 teraFLOPS, 2,039 GB/s, NVLink 600 GB/s both ways',
    reached: AMPERE,
  },
  {
    name: 'b200',
    pattern: /\bB200\b/,
    peakFlops: 2250 * TERA,
    memoryGib: 179,
    bandwidth: 8000 * GIGA,
    link: 900 * GIGA,
    source: 'NVIDIA HGX B200 data sheet: 4.5 petaFLOPS with sparsity, 8 TB/s, NVLink 1.8 TB/s both ways',
    reached: BLACKWELL,
  },
]

/** By what the driver calls it; undefined for a GPU that is not in the table. */
export function findDevice(gpu: string): GpuDevice | undefined {
  return GPU_DEVICES.find(({ pattern }) => pattern.test(gpu))
}
