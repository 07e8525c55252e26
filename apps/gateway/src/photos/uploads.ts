import { tooMany, unavailable } from '../problems.js';

interface UploadLimits {
  /** How many uploads one network address may have under way, until their photos are kept or refused. */
  readonly perAddress: number;
  /** How much all uploads may hold in memory together, in bytes. */
  readonly bytes: number;
}

/** Counts as long, so that what has just begun is not taken for slow; milliseconds. */
const shortestMs = 1_000;

/** One file on its way in. */
export class Upload {
  private readonly began = performance.now();
  private readonly eviction = new AbortController();
  /** How much of it is held. */
  bytes = 0;
  /** Whether the whole file has arrived: from then on it does not depend on its sender. */
  arrived = false;

  constructor(
    readonly address: string,
    private readonly makeRoom: () => void,
  ) {}

  /** Aborts, with the problem as its reason, when the upload has to give way to others. */
  get signal(): AbortSignal {
    return this.eviction.signal;
  }

  /** Bytes a millisecond, on average. */
  get rate(): number {
    return this.bytes / Math.max(shortestMs, performance.now() - this.began);
  }

  /** So much more of it is held. @throws ProblemError 503 if it has to give way itself */
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
 * The uploads under way. However many there are and however slow, they hold no more memory than they may: when it runs
 * out, the slowest gives way. One address may have few of them, so that it cannot take what others need.
 */
export class Uploads {
  private readonly underWay = new Set<Upload>();

  constructor(private readonly limits: UploadLimits) {}

  get size(): number {
    return this.underWay.size;
  }

  /** How much all of them hold. */
  get bytes(): number {
    return [...this.underWay].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** @throws ProblemError 429 when the address has its fill of uploads */
  async run<T>(address: string, task: (upload: Upload) => Promise<T>): Promise<T> {
    const own = [...this.underWay].filter((upload) => upload.address === address);
    if (own.length >= this.limits.perAddress) throw tooMany();
    const upload = new Upload(address, () => this.makeRoom());
    this.underWay.add(upload);
    try {
      return await task(upload);
    } finally {
      this.underWay.delete(upload);
    }
  }

  private makeRoom(): void {
    if (this.bytes <= this.limits.bytes) return;
    const arriving = [...this.underWay].filter(({ arrived, bytes }) => !arrived && bytes > 0);
    arriving.sort((one, other) => one.rate - other.rate)[0]?.evict();
  }
}
