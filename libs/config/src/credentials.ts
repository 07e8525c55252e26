import {
  databaseFilesIn,
  readAuthorities,
  readClientCertificate,
  readSecretText,
  readTlsFiles,
  withDatabaseFiles,
  type TlsPaths,
} from '#libs/credentials';
import { z } from 'zod';
import { derivedFrom } from './derived.js';
import { withForm } from './setting-form.js';

/** The path of a file that `read` accepts. The file is read again when it has changed. */
export const credentialsFile = (read: (path: string) => unknown, unit: string) =>
  withForm(
    z
      .string()
      .min(1)
      .superRefine((path, context) => {
        try {
          read(path);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
        }
      }),
    { unit },
  );

/** The path of a file with a password or token. */
export const secretFile = () => credentialsFile(readSecretText, 'file');

/** The path of a file in PEM that is checked together with another one. */
export const pemFile = () => withForm(z.string().min(1), { unit: 'file (PEM)' }).optional();

type TlsKey = 'CaFile' | 'CertificateFile' | 'KeyFile';
type OptionalPath = z.ZodOptional<z.ZodString>;

/**
 * The files of a TLS client: `tlsConfig('kafka', 'Kafka')` has `kafkaCaFile`, `kafkaCertificateFile` and `kafkaKeyFile`.
 *
 * @param server the server, within a sentence
 */
export function tlsConfig<Name extends string>(
  name: Name,
  server: string,
): Record<`${Name}${TlsKey}`, OptionalPath> {
  const certificate = `${name}CertificateFile`;
  const key = `${name}KeyFile`;
  const settings = {
    [`${name}CaFile`]: credentialsFile(readAuthorities, 'file (PEM)')
      .optional()
      .describe(`CA certificates that the certificate of ${server} must lead to. By default those of Node.`),
    [certificate]: derivedFrom(
      pemFile().describe(
        `Client certificate with which this process authenticates to ${server}, and its chain.`,
      ),
      (path, config) => requireClientCertificate(path, config[key], 'it needs a key file too'),
    ),
    [key]: derivedFrom(
      pemFile().describe('Private key of this client certificate, without passphrase.'),
      (path, config) => {
        if (path !== undefined && config[certificate] === undefined)
          throw new Error('it needs a certificate file too');
        return path;
      },
    ),
  };
  return settings as Record<`${Name}${TlsKey}`, OptionalPath>;
}

function requireClientCertificate(path: string | undefined, key: unknown, missing: string) {
  if (path === undefined) return undefined;
  if (typeof key !== 'string') throw new Error(missing);
  readClientCertificate(path, key);
  return path;
}

/** The configured files of a TLS client: `tlsPathsOf(config, 'kafka')`. */
export function tlsPathsOf<Name extends string>(
  config: { readonly [Property in `${Name}${TlsKey}`]?: string | undefined },
  name: Name,
): TlsPaths {
  const read = (key: TlsKey) => config[`${name}${key}`];
  return { ca: read('CaFile'), certificate: read('CertificateFile'), key: read('KeyFile') };
}

/** Adds the files for PostgreSQL to its URL, and checks all files that the URL names. */
export function withConfiguredFiles<T extends string | undefined>(url: T, config: object): T {
  if (url === undefined) return url;
  const { databasePasswordFile: password } = config as { databasePasswordFile?: string };
  const complete = withDatabaseFiles(url, { ...tlsPathsOf<'database'>(config, 'database'), password });
  const files = databaseFilesIn(complete);
  if ((files.certificate === undefined) !== (files.key === undefined))
    throw new Error('sslcert and sslkey need each other');
  readTlsFiles(files);
  if (files.password !== undefined) readSecretText(files.password);
  return complete as T;
}
