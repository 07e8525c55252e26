import { existsSync } from 'node:fs';
import { authorityFiles, createCertificateAuthority, renewDueResponders } from '#libs/ca';
import { parseOptions } from '#libs/command-line';
import { rootLocationOf } from '../../key-locations.js';
import { renewRootCrl } from '../root-crl-renewal.js';
import type { Command } from '../context.js';

export const initCommand: Command = {
  name: 'init',
  usage: '[--dry-run]',
  summary: 'creates root, issuing CA and OCSP keys if they do not exist; renews OCSP keys that are due',

  async run(args, context) {
    const { values } = parseOptions({ args, options: { 'dry-run': { type: 'boolean' } } });
    const config = context.config();
    const { directory, passphrase, token } = context.keys();
    if (values['dry-run']) {
      const exists = existsSync(authorityFiles(directory).rootCertificate);
      context.out(
        exists
          ? `would keep the certificate authority in ${directory}, and renew its OCSP keys and root CRL if they are due`
          : `would create the certificate authority in ${directory}`,
      );
      return;
    }
    const details = { directory, organisation: config.organisation, keyStore: config.caKeyStore };
    await context.audited('ca.init', details, async () => {
      const outcome = await createCertificateAuthority({
        directory,
        passphrase,
        token: config.caKeyStore === 'pkcs11' ? token : undefined,
        organisation: config.organisation,
        root: rootLocationOf(config),
        statusUrl: context.profile().statusUrl,
        now: context.issuanceTime(),
      });
      context.out(`certificate authority ${outcome} in ${directory}`);
      await renewRootCrl(context);
      const place = { directory: config.ocspDirectory, passphrase: config.ocspPassphrase };
      const renewed = await renewDueResponders(
        place,
        (await context.authorities()).all,
        context.issuanceTime(),
      );
      for (const { issuerKeyId, notAfter } of renewed)
        context.out(`OCSP key for ${issuerKeyId} made, until ${notAfter.toISOString()}`);
      return { outcome, ocspKeys: renewed.map(({ issuerKeyId }) => issuerKeyId) };
    });
  },
};
