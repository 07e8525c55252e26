import type { Challenge } from '#libs/client';
import type { KeptKey } from './own-key.js';

/** What outlives a reload: the key pair, and what was asked. No password, no personal data. */
export interface Kept {
  readonly reissueId: string | null;
  /** Another one with each change, so that tabs know whether theirs is the last. */
  readonly revision: string;
  readonly key: KeptKey;
  readonly challenges: readonly Challenge[];
  /** Whether the new certificate was saved as a file. */
  readonly saved?: boolean;
}

const name = 'reseal-reissue';
const store = 'kept';
const only = 'reissue';

export const readKept = (): Promise<Kept | undefined> =>
  run('readonly', (kept) => kept.get(only) as IDBRequest<Kept | undefined>);
export const writeKept = (kept: Kept): Promise<unknown> => run('readwrite', (all) => all.put(kept, only));
export const eraseKept = (): Promise<unknown> => run('readwrite', (all) => all.clear());

async function run<Result>(
  mode: IDBTransactionMode,
  act: (kept: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const db = await settled(openDatabase());
  try {
    return await settled(act(db.transaction(store, mode).objectStore(store)));
  } finally {
    db.close();
  }
}

function openDatabase(): IDBOpenDBRequest {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store);
  return request;
}

const settled = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no storage'));
  });
