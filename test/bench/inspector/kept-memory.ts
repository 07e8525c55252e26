import { Inspector } from './inspector.js';

const bytesPerMiB = 2 ** 20;

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize: number;
}

/**
 * The memory that the JavaScript of a process keeps, in MiB: heap and buffers of all its threads after a full collection. What
 * is reachable counts, not what V8 has not collected yet.
 *
 * @param port of the inspector
 */
export async function keptMiB(port: number): Promise<number> {
  const inspector = await Inspector.connect(port);
  try {
    const sizes = await Promise.all(
      inspector.threads.map(async ({ send }) => {
        // The first collection runs finalizers, whose objects the second one frees.
        await send('HeapProfiler.collectGarbage');
        await send('HeapProfiler.collectGarbage');
        const { usedSize, backingStorageSize } = (await send('Runtime.getHeapUsage')) as HeapUsage;
        return usedSize + backingStorageSize;
      }),
    );
    return sizes.reduce((sum, size) => sum + size, 0) / bytesPerMiB;
  } finally {
    inspector.close();
  }
}
