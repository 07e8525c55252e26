import type { CertificateRow } from '#libs/db/certificates';
import { negotiate } from '#libs/http';
import { problem } from '../problems.js';
import {
  certificateMediaTypes,
  type DownloadableCertificate,
  renderCertificate,
} from './certificate-forms.js';
import type { CurrentReissue, ReissueReader } from './reissue-reader.js';

/** Reads certificates, and records their download. */
interface CertificateStore {
  /** The stored certificate of a reissue that was not withdrawn. */
  storedCertificateOf(
    reissueId: string,
  ): Promise<Pick<CertificateRow, 'serial' | 'der' | 'issuer'> | undefined>;
  /** DER of the issuing CA that signed, then of its root. */
  chainOf(issuer: string): Promise<readonly Buffer[] | undefined>;
  markDownloaded(reissueId: string, at: Date): Promise<boolean>;
}

/** Returns the new certificate of a reissue as a file. */
export class CertificateDownload {
  constructor(
    private readonly store: CertificateStore,
    private readonly reader: Pick<ReissueReader, 'get'>,
    private readonly clock: () => Date,
  ) {}

  /**
   * The certificate in the format that `accept` prefers. The first download is recorded: it determines the deadline of the
   * registration.
   *
   * @throws ProblemError 406, 409 `not-issued`, 410 `certificate-withdrawn`, 503 while its CA is not in the database
   */
  async download(reissueId: string, accept: string | undefined): Promise<Response> {
    const mediaType = negotiate(accept, certificateMediaTypes);
    if (!mediaType) throw problem('not-acceptable');
    const current = await this.reader.get(reissueId);
    const certificate = await this.certificateOf(current);
    if (!current.row.downloaded_at && !(await this.store.markDownloaded(reissueId, this.clock())))
      throw problem('certificate-withdrawn', { reissue: current.reissue });
    return renderCertificate(certificate, mediaType);
  }

  private async certificateOf({ row, reissue }: CurrentReissue): Promise<DownloadableCertificate> {
    if (row.state === 'WITHDRAWN') throw problem('certificate-withdrawn', { reissue });
    if (row.state !== 'ISSUED' && row.state !== 'REGISTERED') throw problem('not-issued', { reissue });
    const certificate = await this.store.storedCertificateOf(row.reissue_id);
    if (!certificate?.der) throw problem('certificate-withdrawn', { reissue });
    const chain = await this.store.chainOf(certificate.issuer);
    if (!chain) throw problem('unavailable');
    return { serial: certificate.serial, der: certificate.der, chain };
  }
}
