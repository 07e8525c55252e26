import { isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { tlsPathsOf } from '#libs/config';
import { hasTlsPaths, SecretFile, TlsFiles, type TlsPaths } from '#libs/credentials';
import type { KafkaConfig } from 'kafkajs';
import { ClientToken } from './client-token.js';

type Sasl = NonNullable<KafkaConfig['sasl']>;

/** The SASL settings, in Kafka's names. Passwords and tokens are in files. */
export interface SaslOptions {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';
  readonly username?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** For OAUTHBEARER: the token, or how to get it. */
  readonly tokenFile?: string | undefined;
  readonly tokenUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecretFile?: string | undefined;
  readonly scope?: string | undefined;
}

interface CredentialOptions {
  /** Files for TLS, perhaps none; undefined for plain connections. */
  readonly tls?: TlsPaths | undefined;
  readonly sasl?: SaslOptions | undefined;
}

/** What a Kafka client proves its identity with, and verifies the brokers' with, in files that may be renewed. */
export class KafkaCredentials {
  private readonly tls: TlsFiles | undefined;
  /** For kafkajs, which reads it at each authentication. */
  readonly sasl: Sasl | undefined;

  /** @throws CredentialError if a file is not usable */
  constructor({ tls, sasl }: CredentialOptions) {
    this.tls = tls && new TlsFiles('kafka', tls);
    this.sasl = sasl && saslOf(sasl);
  }

  get encrypted(): boolean {
    return this.tls !== undefined;
  }

  /** Begins a TLS connection to a broker, with the current certificates. The broker's certificate must name `name`. */
  connect(
    to: { readonly host: string; readonly port: number },
    name: string,
    onConnect: () => void,
  ): TLSSocket {
    return connectTls(
      { ...to, ...this.tls?.current(), ...(isIP(name) ? { host: to.host } : { servername: name }) },
      onConnect,
    );
  }
}

interface KafkaSettings {
  readonly kafkaTls: boolean;
  readonly kafkaCaFile?: string | undefined;
  readonly kafkaCertificateFile?: string | undefined;
  readonly kafkaKeyFile?: string | undefined;
  readonly kafkaSaslMechanism?: SaslOptions['mechanism'] | undefined;
  readonly kafkaUsername?: string | undefined;
  readonly kafkaPasswordFile?: string | undefined;
  readonly kafkaTokenFile?: string | undefined;
  readonly kafkaTokenUrl?: string | undefined;
  readonly kafkaClientId?: string | undefined;
  readonly kafkaClientSecretFile?: string | undefined;
  readonly kafkaTokenScope?: string | undefined;
}

/**
 * The configured credentials; undefined for plain connections without authentication.
 *
 * @throws CredentialError if a file is not usable
 */
export function kafkaCredentialsOf(config: KafkaSettings): KafkaCredentials | undefined {
  const paths = tlsPathsOf(config, 'kafka');
  const tls = config.kafkaTls || hasTlsPaths(paths) ? paths : undefined;
  const mechanism = config.kafkaSaslMechanism;
  if (!tls && !mechanism) return undefined;
  return new KafkaCredentials({
    tls,
    sasl: mechanism && {
      mechanism,
      username: config.kafkaUsername,
      passwordFile: config.kafkaPasswordFile,
      tokenFile: config.kafkaTokenFile,
      tokenUrl: config.kafkaTokenUrl,
      clientId: config.kafkaClientId,
      clientSecretFile: config.kafkaClientSecretFile,
      scope: config.kafkaTokenScope,
    },
  });
}

function saslOf(options: SaslOptions): Sasl {
  if (options.mechanism === 'OAUTHBEARER') {
    const token = tokenSource(options);
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) };
  }
  const { username = '', passwordFile } = options;
  const password = new SecretFile('kafka-password', required(passwordFile));
  const mechanism = options.mechanism.toLowerCase() as 'plain' | 'scram-sha-256' | 'scram-sha-512';
  return {
    mechanism,
    username,
    get password() {
      return password.current();
    },
  } as Sasl;
}

function tokenSource(options: SaslOptions): () => Promise<string> {
  if (options.tokenFile !== undefined) {
    const file = new SecretFile('kafka-token', options.tokenFile);
    return () => Promise.resolve(file.current());
  }
  const client = new ClientToken({
    url: required(options.tokenUrl),
    clientId: required(options.clientId),
    clientSecret: new SecretFile('kafka-client-secret', required(options.clientSecretFile)),
    scope: options.scope,
  });
  return () => client.current();
}

function required(value: string | undefined): string {
  if (value === undefined) throw new RangeError('the SASL settings are not complete');
  return value;
}
