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

/** An issuing CA whose certificates' status is told here. */
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
  /** Undefined while its key cannot be used: then nothing can be said by OCSP. */
  readonly responder: OcspResponder | undefined;
}

interface IssuersOptions {
  readonly db: RoleDatabase<'status'>;
  readonly ocspDirectory: string;
  readonly ocspPassphrase: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when an issuing CA has another OCSP responder than before. */
  readonly onChange: () => void;
}

/** Not more often than this is it looked for an issuing CA that nobody knows, in milliseconds. */
const soonestMs = 1_000;

/**
 * The issuing CAs and their OCSP keys, as they were last found. What was found once stays while PostgreSQL is away or a
 * key is being replaced.
 */
export class Issuers {
  private known = new Map<string, Issuer>();
  /** How the key files looked when they were last tried, by key id. */
  private readonly seen = new Map<string, string>();
  private lookedAt = -Infinity;
  private looking: Promise<void> | undefined;

  constructor(private readonly options: IssuersOptions) {}

  all(): readonly Issuer[] {
    return [...this.known.values()];
  }

  byKeyId(keyId: string): Issuer | undefined {
    return this.known.get(keyId);
  }

  /** The first that `wanted` takes; looks for new ones if it takes none of those that are known. */
  async find(wanted: (issuer: Issuer) => boolean): Promise<Issuer | undefined> {
    const found = this.all().find(wanted);
    if (found || performance.now() - this.lookedAt < soonestMs) return found;
    await this.refresh();
    return this.all().find(wanted);
  }

  /** Looks for new issuing CAs, and for new OCSP keys. Rejects if PostgreSQL cannot be asked. */
  refresh(): Promise<void> {
    return (this.looking ??= this.look().finally(() => (this.looking = undefined)));
  }

  /** Throws unless there are issuing CAs, each with an OCSP key that can be used; for readiness. */
  check(): void {
    const now = this.options.clock();
    const current = this.all().filter(({ notAfter }) => notAfter > now);
    if (current.length === 0) throw new Error('no issuing CA is known');
    const without = current.filter(({ responder }) => !responder || responder.notAfter <= now);
    if (without.length > 0)
      throw new Error(`no OCSP key can be used for ${without.map(({ subject }) => subject).join('; ')}`);
  }

  private async look(): Promise<void> {
    this.lookedAt = performance.now();
    // Certificates of a CA that has expired were issued once, and its CRLs are kept.
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
    const look = fileVersions(ocspDirectory, keyId);
    if (before && this.seen.get(keyId) === look) return before;
    try {
      const opened = openOcspResponder(ocspDirectory, keyId, certificate, ocspPassphrase);
      this.seen.set(keyId, look);
      logger.info({ issuer: subject, notAfter: opened.notAfter }, 'OCSP key opened');
      return opened;
    } catch (error) {
      // Key and certificate are replaced one after the other: the next look finds both.
      if (this.seen.get(keyId) !== look && notAfter > clock())
        logger.warn({ issuer: subject, err: error }, 'OCSP key cannot be used');
      this.seen.set(keyId, look);
      return before;
    }
  }
}

/** Changes when one of the files is replaced. */
function fileVersions(directory: string, keyId: string): string {
  const { certificate, key } = responderFiles(directory, keyId);
  return [certificate, key]
    .map((path) => {
      const status = statSync(path, { throwIfNoEntry: false });
      return status ? `${status.ino}:${status.mtimeMs}` : 'none';
    })
    .join();
}
