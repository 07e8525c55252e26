import { TlsFiles, type TlsMaterial, type TlsPaths } from './tls-files.js';
import { SecretFile } from './secret-file.js';

/** Files of a connection to PostgreSQL. */
export interface DatabaseFiles extends TlsPaths {
  readonly password?: string | undefined;
}

/** Parameters of the URL: those of libpq (PostgreSQL documentation, section 34.1.2), and one of our own. */
const parameters = {
  ca: 'sslrootcert',
  certificate: 'sslcert',
  key: 'sslkey',
  password: 'passwordfile',
} as const satisfies Record<keyof DatabaseFiles, string>;

const verifyFull = 'verify-full';

/** The modes of libpq in which the name and the CA of the server are not verified. */
const weakModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'no-verify'];

/**
 * Adds files to a URL of PostgreSQL. With files for TLS the mode is `verify-full`.
 *
 * @throws {RangeError} if the URL states a weaker mode
 */
export function withDatabaseFiles(text: string, files: DatabaseFiles): string {
  const given = Object.entries(files).filter(([, path]) => path !== undefined) as [
    keyof DatabaseFiles,
    string,
  ][];
  if (given.length === 0) return text;
  const url = new URL(text);
  for (const [name, path] of given) url.searchParams.set(parameters[name], path);
  if (given.some(([name]) => name !== 'password')) {
    const mode = url.searchParams.get('sslmode') ?? verifyFull;
    if (weakModes.includes(mode))
      throw new RangeError(`must not have sslmode=${mode} together with files for TLS`);
    url.searchParams.set('sslmode', verifyFull);
  }
  return url.href;
}

/** The files that the parameters of a URL name. */
export function databaseFilesIn(text: string): DatabaseFiles {
  const params = URL.parse(text)?.searchParams;
  const read = (name: keyof DatabaseFiles) => params?.get(parameters[name]) || undefined;
  return { ca: read('ca'), certificate: read('certificate'), key: read('key'), password: read('password') };
}

/** Settings of `pg.Client` for one connection. */
export interface DatabaseConnection {
  readonly connectionString: string;
  readonly ssl?: TlsMaterial & { readonly rejectUnauthorized: true };
}

/** The credentials of a URL, so that each URL has its files once. */
const known = new Map<string, { readonly tls?: TlsFiles; readonly password?: SecretFile }>();

/**
 * The settings of a new connection to PostgreSQL, with the current content of the files that the URL names. The server's
 * certificate must name the URL's host and lead to the CA.
 *
 * @throws {CredentialError} if a file was never usable
 */
export function databaseConnection(text: string): DatabaseConnection {
  const files = databaseFilesIn(text);
  const hasTls = files.ca !== undefined || files.certificate !== undefined;
  if (!hasTls && files.password === undefined) return { connectionString: text };
  let credentials = known.get(text);
  if (!credentials) {
    credentials = {
      ...(hasTls && { tls: new TlsFiles('database', files) }),
      ...(files.password !== undefined && { password: new SecretFile('database-password', files.password) }),
    };
    known.set(text, credentials);
  }
  const url = new URL(text);
  for (const name of Object.values(parameters)) url.searchParams.delete(name);
  if (hasTls) url.searchParams.delete('sslmode');
  const { tls, password } = credentials;
  // pg prefers the password of the URL to that of its settings.
  if (password) url.password = encodeURIComponent(password.current());
  return { connectionString: url.href, ...(tls && { ssl: { ...tls.current(), rejectUnauthorized: true } }) };
}
