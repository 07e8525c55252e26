import { createCertificateAuthority } from '#libs/ca';
import { exitOnConfigError, loadConfig } from '#libs/config';
import { caInitConfig } from './config.js';

/**
 * Creates the certificate authority in RESEAL_CA_DIRECTORY, or keeps the one that is there. Run it once, before
 * the signer; running it again is harmless.
 */
const { caDirectory, caPassphrase, organisation } = exitOnConfigError(() => loadConfig(caInitConfig));

try {
  const outcome = await createCertificateAuthority({
    directory: caDirectory,
    passphrase: caPassphrase,
    organisation,
    now: new Date(),
  });
  console.log(`certificate authority ${outcome} in ${caDirectory}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
