import { hash } from 'node:crypto';
import { DerReader, tags } from '#libs/der';
import { keyUsageBits } from '../profile.js';
import { crlShardOf } from '../serial-number.js';
import { statusAddresses } from '../status-addresses.js';
import { accessDescriptions, authorityKeyId, distributionAddress, policies } from './extension-values.js';
import { extensionTypes } from './extension-types.js';
import { inExtension } from './extensions.js';
import { identifyDataRules } from './identify-data-rules.js';
import type { LintRule } from './rule.js';

const ocspMethod = '1.3.6.1.5.5.7.48.1';
const issuerMethod = '1.3.6.1.5.5.7.48.2';
const expected = new Set<string>(Object.values(extensionTypes));

/** Rules of RFC 5280 section 4.2 and the NPKI profile for the extensions. */
export const extensionRules: readonly LintRule[] = [
  {
    id: 'rfc5280.extensions-once',
    source: 'RFC 5280 section 4.2',
    check: ({ extensions }) => new Set(extensions.map(({ type }) => type)).size === extensions.length,
  },
  {
    id: 'npki.extensions',
    source: 'KCAC.TS.CERTPROF; these seven and no other',
    check: ({ extensions }) =>
      new Set(extensions.map(({ type }) => type)).size === expected.size &&
      extensions.every(({ type }) => expected.has(type)),
  },
  {
    id: 'rfc5280.criticality',
    source: 'RFC 5280 sections 4.2.1 and 4.2.2; KCAC.TS.CERTPROF',
    check: ({ extensions }) =>
      extensions.every(({ type, critical }) => critical === (type === extensionTypes.keyUsage)),
  },
  {
    id: 'rfc5280.authority-key-identifier',
    source: 'RFC 5280 section 4.2.1.1',
    check: inExtension('authorityKeyIdentifier', authorityKeyId, (keyId, { issuer }) =>
      keyId.equals(issuer.keyIdentifier),
    ),
  },
  {
    id: 'rfc5280.subject-key-identifier',
    source: 'RFC 5280 section 4.2.1.2, method 1',
    check: inExtension(
      'subjectKeyIdentifier',
      (value) => value.content(tags.octetString),
      (keyId, _intention, { spki }) => {
        const key = new DerReader(spki).inside(tags.sequence);
        key.whole(tags.sequence);
        return keyId.equals(hash('sha1', key.bits(), 'buffer'));
      },
    ),
  },
  {
    id: 'npki.key-usage',
    source: 'KCAC.TS.CERTPROF and the profile; RFC 5280 section 4.2.1.3, X.690 section 11.2.2',
    check: inExtension(
      'keyUsage',
      (value) => value.content(tags.bitString),
      ([unused, bits, ...more], { profile }) => {
        const numbers = profile.keyUsage.map((name) => keyUsageBits[name]);
        const intended = numbers.reduce<number>((all, number) => all | (0x80 >> number), 0);
        return bits === intended && unused === 7 - Math.max(...numbers) && more.length === 0;
      },
    ),
  },
  {
    id: 'npki.policy-one',
    source: 'KCAC.TS.CERTPROF; one certificate policy',
    check: inExtension('certificatePolicies', policies, (found) => found.length === 1),
  },
  {
    id: 'npki.policy-of-profile',
    source: 'KCAC.TS.CERTPROF and the profile; RFC 5280 section 4.2.1.4, no qualifiers',
    check: inExtension('certificatePolicies', policies, (found, { profile }) =>
      found.some(({ policy, qualified }) => policy === profile.policy && !qualified),
    ),
  },
  ...identifyDataRules,
  {
    id: 'npki.crl-of-shard',
    source: 'KCAC.TS.CERTPROF; RFC 5280 section 4.2.1.13, the address of the shard of the serial number',
    check: inExtension(
      'crlDistributionPoints',
      distributionAddress,
      (address, { profile, issuer, contents }) => {
        const shard = crlShardOf(contents.serial, profile.crlShards);
        return address === statusAddresses(profile.statusUrl, issuer.keyId).crl(shard);
      },
    ),
  },
  accessRule('npki.ocsp-address', ocspMethod, 'ocsp'),
  accessRule('npki.issuer-address', issuerMethod, 'issuerCertificate'),
  {
    id: 'npki.access-methods',
    source: 'KCAC.TS.CERTPROF; RFC 5280 section 4.2.2.1',
    check: inExtension('authorityInfoAccess', accessDescriptions, (found) =>
      found.every(({ method }) => method === ocspMethod || method === issuerMethod),
    ),
  },
];

/** Checks that this access method has the profile's address and no other. */
function accessRule(id: string, method: string, name: 'ocsp' | 'issuerCertificate'): LintRule {
  return {
    id,
    source: 'KCAC.TS.CERTPROF; RFC 5280 section 4.2.2.1',
    check: inExtension('authorityInfoAccess', accessDescriptions, (found, { profile, issuer }) => {
      const ofMethod = found.filter((description) => description.method === method);
      const intended = statusAddresses(profile.statusUrl, issuer.keyId)[name];
      return ofMethod.length === 1 && ofMethod[0]?.address === intended;
    }),
  };
}
