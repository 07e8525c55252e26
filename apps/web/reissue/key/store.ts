import type { Challenge } from '#libs/client';
import type { IssuedFiles } from './key-files.js';
import type { KeptKey } from './own-key.js';

/** What outlives a reload: the key pair, and what was asked. No password, no personal data. */
export interface KeptReissue {
  readonly reissueId: string | null;
  /** Another one with each change, so that tabs know whether theirs is the last. */
  readonly revision: string;
  readonly key: KeptKey;
  readonly challenges: readonly Challenge[];
  /** Whether the customer has saved the new certificate and goes on to its check. */
  readonly saved?: boolean;
  /** Whether the certificate is to stay in this browser: the customer's explicit choice. */
  readonly inBrowser?: boolean;
  /** Whether a copy that the customer kept was opened again, and signed. */
  readonly proved?: boolean;
}

/** A certificate with its encrypted key that stays in this browser after the reissue, because its holder chose so. */
export interface KeptCertificate extends IssuedFiles {
  readonly serial: string;
}

const database = 'reseal-reissue';
const table = 'kept';
const ofReissue = 'reissue';
const ofCertificates = 'certificate/';
/** Some browsers never answer where they are told to keep nothing. */
const patienceMs = 4_000;

/**
 * What the page keeps: in IndexedDB, or in memory where the browser keeps nothing, keeps no keys, or is full. It never
 * fails; `durable` says whether what is kept outlives the page.
 */
export class BrowserStore {
  private readonly memory = new Map<string, unknown>();

  private constructor(
    private inBrowser: boolean,
    private readonly onLoss: () => void,
  ) {}

  /** Tries whether the browser keeps a key. @param onLoss called where it does not, at once or later */
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

  /** The certificates that stay in this browser. */
  async readCertificates(): Promise<readonly KeptCertificate[]> {
    const all = IDBKeyRange.bound(ofCertificates, `${ofCertificates}\uffff`);
    return run('readonly', (kept) => kept.getAll(all) as IDBRequest<KeptCertificate[]>).catch(() => []);
  }

  /** Keeps a certificate for good. @returns whether the browser does */
  async keepCertificate(certificate: KeptCertificate): Promise<boolean> {
    if (!this.inBrowser) return false;
    // Asked for only; what the browser decides, it decides by its own rules.
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
      // What is there is older than what is known: half a story would lead a reload astray.
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

/** Whether a private key that is written can be read again, and is still one. */
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

/** @throws also where the transaction is refused after its request was taken, as on a full disk */
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
