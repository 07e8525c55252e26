import { tooMany, unavailable } from '../problems.js';

interface UploadLimits {
  /** How many unfinished uploads one network address may have. */
  readonly perAddress: number;
  /** Memory limit of all uploads together, in bytes. */
  readonly bytes: number;
}

/** Shortest duration for computing a rate, so that a new upload does not count as slow; milliseconds. */
const shortestMs = 1_000;

/** One file that is being uploaded. */
export class Upload {
  private readonly began = performance.now();
  private readonly eviction = new AbortController();
  /** Bytes of the file that are in memory. */
  bytes = 0;
  /** Whether the whole file has arrived. Such an upload no longer depends on its sender, and is not evicted. */
  arrived = false;

  constructor(
    readonly address: string,
    private readonly makeRoom: () => void,
  ) {}

  /** Aborts with a problem as its reason when the upload is evicted. */
  get signal(): AbortSignal {
    return this.eviction.signal;
  }

  /** Bytes a millisecond, on average. */
  get rate(): number {
    return this.bytes / Math.max(shortestMs, performance.now() - this.began);
  }

  /** Adds to the bytes in memory. @throws ProblemError 503 if this upload is evicted for it */
  take(bytes: number): void {
    this.bytes += bytes;
    this.makeRoom();
    this.signal.throwIfAborted();
  }

  evict(): void {
    this.bytes = 0;
    this.eviction.abort(unavailable());
  }
}

/**
 * The uploads in progress. Together they stay below a memory limit: when it is exceeded, the slowest upload is evicted. The
 * number of uploads of one address is limited, so that it cannot use up the memory of others.
 */
export class Uploads {
  private readonly inProgress = new Set<Upload>();

  constructor(private readonly limits: UploadLimits) {}

  get size(): number {
    return this.inProgress.size;
  }

  /** Bytes of all uploads that are in memory. */
  get bytes(): number {
    return [...this.inProgress].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws ProblemError 429 if the address has `perAddress` uploads */
  async run<T>(address: string, task: (upload: Upload) => Promise<T>): Promise<T> {
    const own = [...this.inProgress].filter((upload) => upload.address === address);
    if (own.length >= this.limits.perAddress) throw tooMany();
    const upload = new Upload(address, () => this.makeRoom());
    this.inProgress.add(upload);
    try {
      return await task(upload);
    } finally {
      this.inProgress.delete(upload);
    }
  }

  private makeRoom(): void {
    if (this.bytes <= this.limits.bytes) return;
    const arriving = [...this.inProgress].filter(({ arrived, bytes }) => !arrived && bytes > 0);
    arriving.sort((one, other) => one.rate - other.rate)[0]?.evict();
  }
}
