import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** Largest size of the lines that wait in memory while they cannot be written, in bytes. */
const maxWaitingBytes = 4 * 1024 * 1024;
const retryMs = 250;

/**
 * Writes log lines to a file descriptor, synchronously. A write never fails: while the disk is full, lines wait in memory
 * and are written with the next line or after 250 ms. Lines beyond the limit are counted and dropped.
 *
 * pino's own destination throws ENOSPC at the code that logs, such as a request. With an error listener it stops for good
 * once its buffer is full, and its `flushSync` does not return while the disk is full.
 */
export class LogOutput implements DestinationStream {
  private waiting: Buffer[] = [];
  private bytes = 0;
  private lost = 0;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  /** Called with the number of dropped lines, once lines can be written again. */
  onLost: (lines: number) => void = () => undefined;

  constructor(
    private readonly fd: number,
    private readonly maxBytes = maxWaitingBytes,
  ) {
    process.on('exit', this.drain);
  }

  /**
   * Drops the lines that wait, and all later ones. To be called before the descriptor is closed: its number may then belong
   * to a connection, which would get the lines.
   */
  close(): void {
    this.closed = true;
    this.waiting = [];
    this.bytes = 0;
    clearTimeout(this.retry);
    process.off('exit', this.drain);
  }

  write(line: string): void {
    if (this.closed) return;
    const bytes = Buffer.from(line);
    if (this.bytes + bytes.length > this.maxBytes) this.drain();
    if (this.bytes + bytes.length > this.maxBytes) {
      this.lost += 1;
      return;
    }
    this.waiting.push(bytes);
    this.bytes += bytes.length;
    this.drain();
  }

  private readonly drain = (): void => {
    clearTimeout(this.retry);
    try {
      for (let [next] = this.waiting; next; [next] = this.waiting) {
        const written = writeSync(this.fd, next);
        this.bytes -= written;
        if (written < next.length) this.waiting[0] = next.subarray(written);
        else this.waiting.shift();
      }
    } catch {
      this.retry = setTimeout(this.drain, retryMs).unref();
      return;
    }
    const { lost } = this;
    this.lost = 0;
    if (lost > 0) this.onLost(lost);
  };
}
