import { generateKeyPairSync } from 'node:crypto';
import {
  buildCertificate,
  lintCertificate,
  newSerialNumber,
  openAuthorities,
  personalBankProfile,
  personalName,
  signCertificate,
  validity,
} from '#libs/ca';
import { pemOf } from '#libs/der';

/**
 * Certifies a new key by the clock of this process, as the signer does, and prints the result as JSON:
 * `node certify-now.mjs DIRECTORY`, with the passphrase in PASSPHRASE. For tests with a wrong clock. It is plain JavaScript
 * on the built libs, so that Node runs it without a compiler.
 */
const clock = () => new Date();
const now = clock();
const authorities = await openAuthorities({
  directory: process.argv[2] ?? '',
  passphrase: process.env.PASSPHRASE ?? '',
  clock,
});
const authority = authorities.current;
const profile = personalBankProfile({
  bank: { name: 'RESEAL', code: '999' },
  statusUrl: 'http://status.reseal.test',
});
const contents = {
  serial: newSerialNumber(),
  subject: personalName({
    name: '김견본',
    latinName: '',
    digits: '099904120261105000000012',
    bank: profile.bank.name,
    organisation: authority.organisation,
  }),
  validity: validity('NEW', undefined, now, profile.validityYears),
  spki: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' }),
  realName: '김견본',
  virtualId: Buffer.alloc(32, 7),
};
const tbs = buildCertificate(profile, authority.identity, contents);
const broken = lintCertificate(profile, authority.identity, contents, tbs, now);
const certificate = pemOf(await signCertificate(authority, tbs));
await authorities.close();
console.log(JSON.stringify({ now, issuer: authority.subject, broken, certificate }));
