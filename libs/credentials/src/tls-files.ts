import { readAuthorities, readClientCertificate, type ClientCertificate } from './pem.js';
import { ReloadedFiles } from './reloaded-files.js';

/** Paths of the files of a TLS client. */
export interface TlsPaths {
  /** CA certificates that the server's certificate must lead to; without it those of Node. */
  readonly ca?: string | undefined;
  /** The client's certificate and key: both or none. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** The current content of the files, as `tls.connect` takes it. */
export interface TlsMaterial {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

interface Parts {
  readonly ca: Buffer | undefined;
  readonly client: ClientCertificate | undefined;
}

/** The certificates and the key of a TLS client, in files that are renewed while the process runs. */
export class TlsFiles {
  private readonly files: ReloadedFiles<Parts>;

  /**
   * @param credential its name in the log and in metrics
   * @throws {CredentialError} if a file is not usable
   */
  constructor(credential: string, paths: TlsPaths) {
    const { ca, certificate, key } = paths;
    const given = [ca, certificate, key].filter((path) => path !== undefined);
    this.files = new ReloadedFiles(
      credential,
      given,
      () => readTlsFiles(paths),
      ({ client }) => client?.notAfter,
    );
  }

  /** For the next connection. */
  current(): TlsMaterial {
    const { ca, client } = this.files.current();
    return { ...(ca && { ca }), ...(client && { cert: client.certificate, key: client.key }) };
  }

  /** Changes when the files are renewed. */
  get version(): number {
    return this.files.version;
  }
}

/** Whether any file is named. */
export const hasTlsPaths = ({ ca, certificate, key }: TlsPaths): boolean =>
  [ca, certificate, key].some((path) => path !== undefined);

/**
 * The files; undefined if none is named.
 *
 * @param credential its name in the log and in metrics
 * @throws {CredentialError} if a file is not usable
 */
export const tlsFilesOf = (credential: string, paths: TlsPaths): TlsFiles | undefined =>
  hasTlsPaths(paths) ? new TlsFiles(credential, paths) : undefined;

/** @throws {CredentialError} if a file is not usable */
export function readTlsFiles({ ca, certificate, key }: TlsPaths): Parts {
  return {
    ca: ca === undefined ? undefined : readAuthorities(ca),
    client:
      certificate === undefined || key === undefined ? undefined : readClientCertificate(certificate, key),
  };
}
