import type { CallState } from '#libs/db/reissues';
import { problem } from '../problems.js';
import type { GatewayQueries } from '../queries.js';
import {
  acceptedForm,
  type CertificateFormName,
  type DownloadableCertificate,
  renderCertificate,
} from './certificate-forms.js';
import type { CurrentReissue, ReissueReader } from './reissue-reader.js';

/** Reads certificates, and records their download. */
interface CertificateStore {
  /** The stored certificate of a reissue that was not withdrawn; its chain is null while its CA is unknown. */
  downloadableCertificateOf: GatewayQueries['downloadableCertificateOf'];
  markDownloaded(reissueId: string, at: Date): Promise<boolean>;
}

/** Returns the new certificate of a reissue as a file. */
export class CertificateDownload {
  constructor(
    private readonly store: CertificateStore,
    private readonly reader: Pick<ReissueReader, 'read'>,
    private readonly clock: () => Date,
  ) {}

  /**
   * The certificate in the requested form, otherwise in the one that `accept` prefers. The first download is recorded: it determines the deadline of the
   * registration.
   *
   * @throws ProblemError 406, 409 `not-issued`, 410 `certificate-withdrawn`, 503 while its CA is not in the database
   */
  async download(
    state: CallState | undefined,
    accept: string | undefined,
    requested?: CertificateFormName,
  ): Promise<Response> {
    const form = requested ?? acceptedForm(accept);
    if (!form) throw problem('not-acceptable');
    const current = this.reader.read(state);
    const certificate = await this.certificateOf(current);
    const { row, reissue } = current;
    if (!row.downloaded_at && !(await this.store.markDownloaded(row.reissue_id, this.clock())))
      throw problem('certificate-withdrawn', { reissue });
    return renderCertificate(certificate, form);
  }

  private async certificateOf({ row, reissue }: CurrentReissue): Promise<DownloadableCertificate> {
    if (row.state === 'WITHDRAWN') throw problem('certificate-withdrawn', { reissue });
    if (row.state !== 'ISSUED' && row.state !== 'REGISTERED') throw problem('not-issued', { reissue });
    const stored = await this.store.downloadableCertificateOf(row.reissue_id);
    if (!stored?.der) throw problem('certificate-withdrawn', { reissue });
    const { serial, der, issuing, root } = stored;
    if (!issuing || !root) throw problem('unavailable');
    return { serial, der, chain: [issuing, root] };
  }
}
