import { tlsPathsOf } from '#libs/config';
import { SecretFile, TlsFiles, type TlsPaths } from '#libs/credentials';
import type { TLSConfig } from '@temporalio/worker';

export interface TemporalAddress {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  /** Without them the connection is not encrypted. */
  readonly credentials?: TemporalCredentials | undefined;
}

interface CredentialPaths extends TlsPaths {
  /** Name in the server's certificate, if it differs from the host of the address. */
  readonly serverName?: string | undefined;
  /** File with an API key. */
  readonly apiKey?: string | undefined;
}

/** What a client of Temporal proves its identity with, and verifies the server's with, in files that may be renewed. */
export class TemporalCredentials {
  private readonly tls: TlsFiles;
  private readonly serverName: string | undefined;
  private readonly apiKeyFile: SecretFile | undefined;

  /** @throws CredentialError if a file is not usable */
  constructor({ serverName, apiKey, ...paths }: CredentialPaths) {
    this.tls = new TlsFiles('temporal', paths);
    this.serverName = serverName;
    this.apiKeyFile = apiKey === undefined ? undefined : new SecretFile('temporal-api-key', apiKey);
  }

  /** The TLS settings of the next connection. */
  get tlsConfig(): TLSConfig {
    const { ca, cert, key } = this.tls.current();
    return {
      ...(this.serverName !== undefined && { serverNameOverride: this.serverName }),
      ...(ca && { serverRootCACertificate: ca }),
      ...(cert && key && { clientCertPair: { crt: cert, key } }),
    };
  }

  /** Changes when a connection with other certificates is needed. */
  get tlsVersion(): number {
    return this.tls.version;
  }

  /** The API key of the next call. */
  get apiKey(): string | undefined {
    return this.apiKeyFile?.current();
  }
}

interface TemporalSettings {
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalTls: boolean;
  readonly temporalCaFile?: string | undefined;
  readonly temporalCertificateFile?: string | undefined;
  readonly temporalKeyFile?: string | undefined;
  readonly temporalServerName?: string | undefined;
  readonly temporalApiKeyFile?: string | undefined;
}

/**
 * The configured server.
 *
 * @throws CredentialError if a file is not usable
 */
export function temporalServerOf(config: TemporalSettings): TemporalAddress {
  const paths = {
    ...tlsPathsOf(config, 'temporal'),
    serverName: config.temporalServerName,
    apiKey: config.temporalApiKeyFile,
  };
  const encrypted = config.temporalTls || Object.values(paths).some((value) => value !== undefined);
  return {
    address: config.temporalAddress,
    namespace: config.temporalNamespace,
    credentials: encrypted ? new TemporalCredentials(paths) : undefined,
  };
}
