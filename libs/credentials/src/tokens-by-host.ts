import { CredentialError } from './credential-error.js';
import { readCredential } from './pem.js';
import { ReloadedFiles } from './reloaded-files.js';

/** `host`, or `host:port` for another port than the scheme's own. */
const host = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/;

/**
 * Reads bearer tokens by host from a JSON object.
 *
 * @throws {CredentialError} if it is not readable, or not an object of hosts and tokens
 */
export function readTokensByHost(path: string): ReadonlyMap<string, string> {
  let content: unknown;
  try {
    content = JSON.parse(readCredential(path).toString('utf8'));
  } catch (error) {
    throw error instanceof CredentialError ? error : new CredentialError(`${path} is not JSON`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new CredentialError(`${path} is not a JSON object of hosts and tokens`);
  const entries = Object.entries(content);
  for (const [name, token] of entries) {
    if (!host.test(name)) throw new CredentialError(`${path} has a member that is not a host or host:port`);
    if (typeof token !== 'string' || !/^[\w.~+/=-]+$/.test(token))
      throw new CredentialError(`${path} has no valid token for ${name}`);
  }
  return new Map(entries as [string, string][]);
}

/** Bearer tokens by host, in a file that is renewed while the process runs. */
export class TokensByHost {
  private readonly file: ReloadedFiles<ReadonlyMap<string, string>>;

  /**
   * @param credential its name in the log and in metrics
   * @throws {CredentialError} if the file is not usable
   */
  constructor(credential: string, path: string) {
    this.file = new ReloadedFiles(credential, [path], () => readTokensByHost(path));
  }

  /** The token for a request to this URL. */
  readonly tokenFor = (url: URL): string | undefined => this.file.current().get(url.host);
}
