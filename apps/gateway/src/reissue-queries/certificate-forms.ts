import { X509Certificate } from 'node:crypto';
import { pemBundle } from '#libs/ca';
import { negotiate } from '#libs/http';
import { encodeCertificates, npkiZip } from '#libs/npki';

/** A certificate and its chain up to the root, all in DER. */
export interface DownloadableCertificate {
  readonly serial: string;
  readonly der: Buffer;
  /** Issuing CA, then root. */
  readonly chain: readonly Buffer[];
}

/** A file format of certificates. */
interface CertificateForm {
  readonly mediaType: string;
  readonly extension: string;
  readonly render: (certificate: DownloadableCertificate) => string | Uint8Array<ArrayBuffer>;
}

/** By the value of the query parameter `form`. In order of preference, the default first. */
const forms = {
  pem: {
    mediaType: 'application/x-pem-file',
    extension: 'pem',
    render: ({ der, chain }) => pemBundle([der, ...chain]),
  },
  der: { mediaType: 'application/pkix-cert', extension: 'cer', render: ({ der }) => new Uint8Array(der) },
  pkcs7: {
    mediaType: 'application/pkcs7-mime',
    extension: 'p7b',
    render: ({ der, chain }) => encodeCertificates([der, ...chain]),
  },
  // Without signPri.key: the private key never leaves its holder, whose app adds the file.
  zip: {
    mediaType: 'application/zip',
    extension: 'zip',
    render: ({ der, chain }) =>
      npkiZip({ certificate: der, authorities: chain }, new X509Certificate(der).validFromDate),
  },
} satisfies Record<string, CertificateForm>;

export type CertificateFormName = keyof typeof forms;
export const certificateFormNames = Object.keys(forms) as CertificateFormName[];

/** The form that `accept` prefers, the default also as plain bytes; undefined if it accepts none. */
export function acceptedForm(accept: string | undefined): CertificateFormName | undefined {
  const mediaTypes = certificateFormNames.map((name) => forms[name].mediaType);
  const wanted = negotiate(accept, [...mediaTypes, plainBytes]);
  return wanted === plainBytes ? 'pem' : certificateFormNames[mediaTypes.findIndex((one) => one === wanted)];
}

/** What clients accept that generators make for files of any kind. */
const plainBytes = 'application/octet-stream';

/** A certificate as a file to download. */
export function renderCertificate(certificate: DownloadableCertificate, name: CertificateFormName): Response {
  const { mediaType, extension, render }: CertificateForm = forms[name];
  return new Response(render(certificate), {
    headers: {
      'content-type': mediaType,
      'content-disposition': `attachment; filename="certificate-${certificate.serial}.${extension}"`,
      vary: 'accept',
    },
  });
}
