import type { IssuedFiles } from './key-files.js';
import type { KeptKey } from './own-key.js';

/** The progress that survives a reload: the key pair, without a password or personal data. */
export interface KeptReissue {
  readonly reissueId: string | null;
  /** A new random value with each change: a tab sees by it that another tab has written. */
  readonly revision: string;
  readonly key: KeptKey;
  /** Whether the customer has saved the new certificate and continued to its check. */
  readonly saved?: boolean;
  /** Whether the customer chose to keep the certificate in this browser. */
  readonly inBrowser?: boolean;
  /** Whether a saved copy was opened again and made a signature. */
  readonly proved?: boolean;
}

/** A certificate with its encrypted key that the holder chose to keep in this browser after the reissue. */
export interface KeptCertificate extends IssuedFiles {
  readonly serial: string;
}

const database = 'reseal-reissue';
const table = 'kept';
const ofReissue = 'reissue';
const ofCertificates = 'certificate/';
/** Some browsers never answer a request to IndexedDB when they may store nothing. */
const patienceMs = 4_000;

/**
 * The storage of the page: IndexedDB, or memory if the browser stores nothing, stores no keys, or is full. It never
 * fails; `durable` is whether the content survives the page.
 */
export class BrowserStore {
  private readonly memory = new Map<string, unknown>();

  private constructor(
    private inBrowser: boolean,
    private readonly onLoss: () => void,
  ) {}

  /** Tests whether the browser stores a key. @param onLoss called if it does not, now or later */
  static async open(onLoss: () => void): Promise<BrowserStore> {
    const keeps = await keepsKeys().catch(() => false);
    if (!keeps) onLoss();
    return new BrowserStore(keeps, onLoss);
  }

  get durable(): boolean {
    return this.inBrowser;
  }

  readKept(): Promise<KeptReissue | undefined> {
    return this.read<KeptReissue>(ofReissue);
  }

  writeKept(kept: KeptReissue): Promise<void> {
    return this.write(ofReissue, kept);
  }

  eraseKept(): Promise<void> {
    return this.erase(ofReissue);
  }

  /** The certificates that are kept in this browser. */
  async readCertificates(): Promise<readonly KeptCertificate[]> {
    const all = IDBKeyRange.bound(ofCertificates, `${ofCertificates}\uffff`);
    return run('readonly', (kept) => kept.getAll(all) as IDBRequest<KeptCertificate[]>).catch(() => []);
  }

  /** Keeps a certificate after the reissue. @returns whether the browser stored it */
  async keepCertificate(certificate: KeptCertificate): Promise<boolean> {
    if (!this.inBrowser) return false;
    // A request only: the browser decides by its own rules whether storage is persistent.
    await navigator.storage?.persist?.().catch(() => false);
    try {
      await run('readwrite', (all) => all.put(certificate, ofCertificates + certificate.serial));
      return true;
    } catch {
      return false;
    }
  }

  eraseCertificate({ serial }: KeptCertificate): Promise<void> {
    return this.erase(ofCertificates + serial);
  }

  private async read<Value>(name: string): Promise<Value | undefined> {
    if (this.inBrowser)
      try {
        return await run('readonly', (all) => all.get(name) as IDBRequest<Value | undefined>);
      } catch {
        this.fallBack();
      }
    return this.memory.get(name) as Value | undefined;
  }

  private async write(name: string, value: unknown): Promise<void> {
    this.memory.set(name, value);
    if (!this.inBrowser) return;
    try {
      await run('readwrite', (all) => all.put(value, name));
    } catch {
      this.fallBack();
      // The stored value is outdated now, and a reload must not continue from it.
      await run('readwrite', (all) => all.delete(name)).catch(() => undefined);
    }
  }

  private async erase(name: string): Promise<void> {
    this.memory.delete(name);
    await run('readwrite', (all) => all.delete(name)).catch(() => undefined);
  }

  private fallBack(): void {
    this.inBrowser = false;
    this.onLoss();
  }
}

/** Whether a private key can be written and read again as a key. */
async function keepsKeys(): Promise<boolean> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const name = `probe/${crypto.randomUUID()}`;
  await run('readwrite', (all) => all.put(privateKey, name));
  const found: unknown = await run('readonly', (all) => all.get(name) as IDBRequest<unknown>);
  await run('readwrite', (all) => all.delete(name));
  return found instanceof CryptoKey && found.type === 'private';
}

async function run<Result>(
  mode: IDBTransactionMode,
  act: (kept: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const db = await resultOf(openDatabase());
  try {
    return await resultOf(act(db.transaction(table, mode).objectStore(table)));
  } finally {
    db.close();
  }
}

function openDatabase(): IDBOpenDBRequest {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(table);
  return request;
}

/** @throws also if the transaction fails after the request succeeded, as on a full disk */
const resultOf = <Result>(request: IDBRequest<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    const refuse = () => reject(request.error ?? request.transaction?.error ?? new Error('no storage'));
    const timer = setTimeout(refuse, patienceMs);
    request.onerror = refuse;
    request.onsuccess = () => {
      const { transaction } = request;
      if (!transaction || request instanceof IDBOpenDBRequest) return done();
      transaction.oncomplete = done;
      transaction.onabort = refuse;
    };
    const done = () => {
      clearTimeout(timer);
      resolve(request.result);
    };
  });
