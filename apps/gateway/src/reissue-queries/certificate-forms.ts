import { X509Certificate } from 'node:crypto';
import { pemBundle } from '#libs/ca';
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
  readonly extension: string;
  readonly render: (certificate: DownloadableCertificate) => string | Uint8Array<ArrayBuffer>;
}

const forms = {
  'application/x-pem-file': { extension: 'pem', render: ({ der, chain }) => pemBundle([der, ...chain]) },
  'application/pkix-cert': { extension: 'cer', render: ({ der }) => new Uint8Array(der) },
  'application/pkcs7-mime': {
    extension: 'p7b',
    render: ({ der, chain }) => encodeCertificates([der, ...chain]),
  },
  // Without signPri.key: the private key never leaves its holder, whose app adds the file.
  'application/zip': {
    extension: 'zip',
    render: ({ der, chain }) =>
      npkiZip({ certificate: der, authorities: chain }, new X509Certificate(der).validFromDate),
  },
} satisfies Record<string, CertificateForm>;

type CertificateMediaType = keyof typeof forms;

/** In order of preference, the default first. */
export const certificateMediaTypes = Object.keys(forms) as CertificateMediaType[];

/** A certificate as a file to download. */
export function renderCertificate(
  certificate: DownloadableCertificate,
  mediaType: CertificateMediaType,
): Response {
  const { extension, render }: CertificateForm = forms[mediaType];
  return new Response(render(certificate), {
    headers: {
      'content-type': mediaType,
      'content-disposition': `attachment; filename="certificate-${certificate.serial}.${extension}"`,
      vary: 'accept',
    },
  });
}
