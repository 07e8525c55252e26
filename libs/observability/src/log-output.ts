import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

/** How many bytes of lines wait in memory while they cannot be written. */
const mostWaitingBytes = 4 * 1024 * 1024;
const retryMs = 250;

/**
 * Writes log lines to a file descriptor, at once. Writing never fails: while the disk is full, lines wait in memory and
 * are tried again with the next line and four times a second; those that find no place are counted.
 *
 * pino's own destination throws ENOSPC at whoever logs, which was a request. With a listener it stays silent for ever
 * once its buffer is full, and its `flushSync` does not return while the disk is full.
 */
export class LogOutput implements DestinationStream {
  private waiting: Buffer[] = [];
  private bytes = 0;
  private lost = 0;
  private retry: NodeJS.Timeout | undefined;

  /** Called with the number of lines that were lost, once there is room again. */
  onLost: (lines: number) => void = () => undefined;

  constructor(
    private readonly fd: number,
    private readonly mostBytes = mostWaitingBytes,
  ) {
    process.on('exit', this.drain);
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.bytes + bytes.length > this.mostBytes) this.drain();
    if (this.bytes + bytes.length > this.mostBytes) {
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
