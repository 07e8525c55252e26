import { X509Certificate } from 'node:crypto';
import type { CertificateRow } from '#libs/db';
import { problem } from '../problems.js';
import { negotiate } from './negotiate.js';
import type { CurrentReissue, ReissueReader } from './reissue-reader.js';

/** The forms in which a certificate is given, the default first. */
export const certificateMediaTypes = ['application/x-pem-file', 'application/pkix-cert'] as const;
type CertificateMediaType = (typeof certificateMediaTypes)[number];

/** Where certificates are, and where their download is noted. */
export interface CertificateShelf {
  /** The stored certificate of a reissue that was not withdrawn. */
  storedOf(reissueId: string): Promise<Pick<CertificateRow, 'serial' | 'der'> | undefined>;
  markDownloaded(reissueId: string, at: Date): Promise<boolean>;
}

/** Hands out the new certificate of a reissue. */
export class CertificateDownload {
  /** @param chain issuing CA, then root, in PEM */
  constructor(
    private readonly shelf: CertificateShelf,
    private readonly reader: Pick<ReissueReader, 'get'>,
    private readonly chain: string,
    private readonly clock: () => Date,
  ) {}

  /**
   * The certificate in the form that `accept` prefers. The first download is noted: it decides how long the
   * registration is waited for.
   *
   * @throws ProblemError 406, 409 `not-issued`, 410 `certificate-withdrawn`
   */
  async download(reissueId: string, accept: string | undefined): Promise<Response> {
    const mediaType = negotiate(accept, certificateMediaTypes);
    if (!mediaType) throw problem('not-acceptable');
    const current = await this.reader.get(reissueId);
    const certificate = await this.certificateOf(current);
    if (!current.row.downloaded_at && !(await this.shelf.markDownloaded(reissueId, this.clock())))
      throw problem('certificate-withdrawn', { reissue: current.reissue });
    return this.render(certificate, mediaType);
  }

  private async certificateOf({ row, reissue }: CurrentReissue): Promise<{ serial: string; der: Buffer }> {
    if (row.state === 'WITHDRAWN') throw problem('certificate-withdrawn', { reissue });
    if (row.state !== 'ISSUED' && row.state !== 'REGISTERED') throw problem('not-issued', { reissue });
    const certificate = await this.shelf.storedOf(row.reissue_id);
    if (!certificate?.der) throw problem('certificate-withdrawn', { reissue });
    return { serial: certificate.serial, der: certificate.der };
  }

  private render(
    { serial, der }: { serial: string; der: Buffer },
    mediaType: CertificateMediaType,
  ): Response {
    const pem = mediaType === 'application/x-pem-file';
    const body = pem ? new X509Certificate(der).toString() + this.chain : new Uint8Array(der);
    return new Response(body, {
      headers: {
        'content-type': mediaType,
        'content-disposition': `attachment; filename="certificate-${serial}.${pem ? 'pem' : 'cer'}"`,
        vary: 'accept',
      },
    });
  }
}
