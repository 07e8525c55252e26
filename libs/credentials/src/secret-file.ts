import { readSecretText } from './pem.js';
import { ReloadedFiles } from './reloaded-files.js';

/** A password or token in a file that is renewed while the process runs. */
export class SecretFile {
  private readonly file: ReloadedFiles<string>;

  /**
   * @param credential its name in the log and in metrics
   * @throws {CredentialError} if the file is not usable
   */
  constructor(credential: string, path: string) {
    this.file = new ReloadedFiles(credential, [path], () => readSecretText(path));
  }

  /** For the next connection or call. */
  current(): string {
    return this.file.current();
  }

  /** Changes when the file is renewed. */
  get version(): number {
    return this.file.version;
  }
}
