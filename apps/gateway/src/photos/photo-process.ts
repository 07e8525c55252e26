/**
 * The process that decodes one photo. Native code and WebAssembly read an untrusted file here: if they hang, crash, use up
 * memory or are exploited, this process holds no secret, can read none, and ends with the photo.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { PhotoLimits } from './photo.js';

/**
 * Kills the process when it exceeds its memory limit. Runs in a separate thread, because decoding blocks the main thread.
 */
function guardMemory(megabytes: number): void {
  const guard = `setInterval(() => process.memoryUsage.rss() > ${megabytes * 2 ** 20} && process.kill(process.pid, 'SIGKILL'), 20)`;
  new Worker(guard, { eval: true }).unref();
}

process.once('message', (message) => {
  const { file, limits } = message as { file: Uint8Array; limits: PhotoLimits };
  guardMemory(limits.megabytes);
  void decode(Buffer.from(file.buffer, file.byteOffset, file.byteLength), limits);
});

async function decode(file: Buffer, limits: PhotoLimits): Promise<void> {
  // With the extension of this file, so that it also runs from source.
  const neighbour = new URL(`./decode-photo${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
  const { decodePhoto } = (await import(neighbour.href)) as typeof import('./decode-photo.js');
  const outcome = await decodePhoto(file, limits);
  process.send!(outcome, () => process.disconnect());
}
