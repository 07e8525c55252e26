/**
 * The process in which one photo is decoded. A file that somebody else made is read by native code and WebAssembly:
 * whatever they do with it, hang, crash or ask for all memory there is, they do here, where nothing is known, nothing of
 * ours can be read, and nothing is left afterwards.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { PhotoLimits } from './photo.js';

/** Ends the process when it takes more memory than it may; in a thread of its own, since decoding stops the main one. */
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
  // By its own extension, so that it runs from source too.
  const neighbour = new URL(`./decode-photo${extname(fileURLToPath(import.meta.url))}`, import.meta.url);
  const { decodePhoto } = (await import(neighbour.href)) as typeof import('./decode-photo.js');
  const outcome = await decodePhoto(file, limits);
  process.send!(outcome, () => process.disconnect());
}
