import { statSync } from 'node:fs';
import {
  certificateKeyId,
  issuerHashes,
  openOcspResponder,
  responderFiles,
  type IssuerHashes,
  type OcspResponder,
} from '#libs/ca';
import type { RoleDatabase } from '#libs/db';
import { issuersInUse, type IssuerRow } from '#libs/db/certificates';
import type { Clock } from '#libs/domain';
import type { Logger } from '#libs/observability';

/** An issuing CA, for whose certificates the app provides the status. */
export interface Issuer {
  /** As in `certificate.issuer`. */
  readonly subject: string;
  /** Subject key identifier, hexadecimal. */
  readonly keyId: string;
  /** DER. */
  readonly certificate: Buffer;
  /** The root that certified it, in DER, and its subject key identifier. */
  readonly root: Buffer;
  readonly rootKeyId: string;
  readonly notAfter: Date;
  readonly activatedAt: Date;
  readonly crlShards: number;
  readonly hashes: IssuerHashes;
  /** Undefined while its key cannot be used: then OCSP requests cannot be answered. */
  readonly responder: OcspResponder | undefined;
}

interface IssuersOptions {
  readonly db: RoleDatabase<'status'>;
  readonly ocspDirectory: string;
  readonly ocspPassphrase: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when the OCSP responder of an issuing CA has changed. */
  readonly onChange: () => void;
}

/** Minimum time between two searches for an unknown issuing CA, in milliseconds. */
const minimumIntervalMs = 1_000;

/**
 * The issuing CAs and their OCSP keys. The last known ones stay in use while PostgreSQL is not available or a key is being
 * replaced.
 */
export class Issuers {
  private known = new Map<string, Issuer>();
  /** Versions of the key files when they were last opened, by key id. */
  private readonly seen = new Map<string, string>();
  private refreshedAt = -Infinity;
  private refreshing: Promise<void> | undefined;

  constructor(private readonly options: IssuersOptions) {}

  all(): readonly Issuer[] {
    return [...this.known.values()];
  }

  byKeyId(keyId: string): Issuer | undefined {
    return this.known.get(keyId);
  }

  /** The first match. Searches for new issuing CAs if no known one matches. */
  async find(matches: (issuer: Issuer) => boolean): Promise<Issuer | undefined> {
    const found = this.all().find(matches);
    if (found || performance.now() - this.refreshedAt < minimumIntervalMs) return found;
    await this.refresh();
    return this.all().find(matches);
  }

  /** Searches for new issuing CAs and OCSP keys. Rejects if PostgreSQL is not available. */
  refresh(): Promise<void> {
    return (this.refreshing ??= this.load().finally(() => (this.refreshing = undefined)));
  }

  /** The readiness check: throws unless there are issuing CAs and each has a usable OCSP key. */
  check(): void {
    const now = this.options.clock();
    const current = this.all().filter(({ notAfter }) => notAfter > now);
    if (current.length === 0) throw new Error('no issuing CA is known');
    const without = current.filter(({ responder }) => !responder || responder.notAfter <= now);
    if (without.length > 0)
      throw new Error(`no OCSP key can be used for ${without.map(({ subject }) => subject).join('; ')}`);
  }

  private async load(): Promise<void> {
    this.refreshedAt = performance.now();
    // Expired CAs too: they are the issuers of certificates, and their CRLs are still served.
    const rows = await issuersInUse(this.options.db, new Date(0));
    const before = this.known;
    this.known = new Map(rows.map((row) => [row.key_id, this.issuerOf(row, before.get(row.key_id))]));
    const changed = [...before.values()].some(
      ({ keyId, responder }) => this.known.get(keyId)?.responder !== responder,
    );
    if (changed) this.options.onChange();
  }

  private issuerOf(row: IssuerRow, before: Issuer | undefined): Issuer {
    return {
      subject: row.subject,
      keyId: row.key_id,
      certificate: row.certificate,
      root: row.root,
      rootKeyId: before?.rootKeyId ?? certificateKeyId(row.root),
      notAfter: row.not_after,
      activatedAt: row.activated_at,
      crlShards: row.crl_shards,
      hashes: before?.hashes ?? issuerHashes(row.certificate),
      responder: this.responderOf(row, before?.responder),
    };
  }

  private responderOf(
    { key_id: keyId, subject, not_after: notAfter, certificate }: IssuerRow,
    before: OcspResponder | undefined,
  ): OcspResponder | undefined {
    const { ocspDirectory, ocspPassphrase, clock, logger } = this.options;
    const versions = fileVersions(ocspDirectory, keyId);
    if (before && this.seen.get(keyId) === versions) return before;
    try {
      const opened = openOcspResponder(ocspDirectory, keyId, certificate, ocspPassphrase);
      this.seen.set(keyId, versions);
      logger.info({ issuer: subject, notAfter: opened.notAfter }, 'OCSP key opened');
      return opened;
    } catch (error) {
      // Key and certificate are replaced one after the other: the next refresh finds both.
      if (this.seen.get(keyId) !== versions && notAfter > clock())
        logger.warn({ issuer: subject, err: error }, 'OCSP key cannot be used');
      this.seen.set(keyId, versions);
      return before;
    }
  }
}

/** A text that changes when one of the files is replaced. */
function fileVersions(directory: string, keyId: string): string {
  const { certificate, key } = responderFiles(directory, keyId);
  return [certificate, key]
    .map((path) => {
      const status = statSync(path, { throwIfNoEntry: false });
      return status ? `${status.ino}:${status.mtimeMs}` : 'none';
    })
    .join();
}
