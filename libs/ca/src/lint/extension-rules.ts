import { hash } from 'node:crypto';
import { constructed, DerReader, primitive, tags } from '../der-reader.js';
import { keyUsageBits } from '../profile.js';
import { crlShardOf } from '../serial-number.js';
import { statusAddresses } from '../status-addresses.js';
import { identifyDataRules } from './identify-data-rules.js';
import { extensionTypes, inExtension } from './extensions.js';
import { once } from './once.js';
import type { ParsedExtension } from './parsed-certificate.js';
import type { Intention, LintRule } from './rule.js';

const ocspMethod = '1.3.6.1.5.5.7.48.1';
const issuerMethod = '1.3.6.1.5.5.7.48.2';
const expected = new Set<string>(Object.values(extensionTypes));

/** What RFC 5280 section 4.2 and the NPKI profile ask of the extensions. */
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
    check: inExtension('authorityKeyIdentifier', (value, _certificate, { issuer }) => {
      const fields = value.inside(tags.sequence);
      const same = fields.content(primitive(0)).equals(issuer.keyIdentifier);
      fields.end();
      return same;
    }),
  },
  {
    id: 'rfc5280.subject-key-identifier',
    source: 'RFC 5280 section 4.2.1.2, method 1',
    check: inExtension('subjectKeyIdentifier', (value, { spki }) => {
      const key = new DerReader(spki).inside(tags.sequence);
      key.whole(tags.sequence);
      return value.content(tags.octetString).equals(hash('sha1', key.bits(), 'buffer'));
    }),
  },
  {
    id: 'npki.key-usage',
    source: 'KCAC.TS.CERTPROF and the profile; RFC 5280 section 4.2.1.3, X.690 section 11.2.2',
    check: inExtension('keyUsage', (value, _certificate, { profile }) => {
      const [unused, bits, ...more] = value.content(tags.bitString);
      const numbers = profile.keyUsage.map((name) => keyUsageBits[name]);
      const wanted = numbers.reduce<number>((all, number) => all | (0x80 >> number), 0);
      return bits === wanted && unused === 7 - Math.max(...numbers) && more.length === 0;
    }),
  },
  {
    id: 'npki.policy-one',
    source: 'KCAC.TS.CERTPROF; one certificate policy',
    check: inExtension(
      'certificatePolicies',
      (value) => value.inside(tags.sequence).all(tags.sequence).length === 1,
    ),
  },
  {
    id: 'npki.policy-of-profile',
    source: 'KCAC.TS.CERTPROF and the profile; RFC 5280 section 4.2.1.4, no qualifiers',
    check: inExtension('certificatePolicies', (value, _certificate, { profile }) =>
      value
        .inside(tags.sequence)
        .all(tags.sequence)
        .some((policy) => {
          const same = policy.objectIdentifier() === profile.policy;
          return same && policy.tag === undefined;
        }),
    ),
  },
  ...identifyDataRules,
  {
    id: 'npki.crl-of-shard',
    source: 'KCAC.TS.CERTPROF; RFC 5280 section 4.2.1.13, the address of the shard of the serial number',
    check: inExtension('crlDistributionPoints', (value, _certificate, { profile, issuer, contents }) => {
      const shard = crlShardOf(contents.serial, profile.crlShards);
      const points = value.inside(tags.sequence);
      const name = points.inside(tags.sequence);
      const fullName = name.inside(constructed(0)).inside(constructed(0));
      const address = fullName.content(primitive(6)).toString('latin1');
      for (const reader of [fullName, name, points]) reader.end();
      return address === statusAddresses(profile.statusUrl, issuer.keyId).crl(shard);
    }),
  },
  accessRule('npki.ocsp-address', ocspMethod, 'ocsp'),
  accessRule('npki.issuer-address', issuerMethod, 'issuerCertificate'),
  {
    id: 'npki.access-methods',
    source: 'KCAC.TS.CERTPROF; RFC 5280 section 4.2.2.1',
    check: ofAccess((descriptions) =>
      descriptions.every(({ method }) => method === ocspMethod || method === issuerMethod),
    ),
  },
];

function accessRule(id: string, method: string, name: 'ocsp' | 'issuerCertificate'): LintRule {
  return {
    id,
    source: 'KCAC.TS.CERTPROF; RFC 5280 section 4.2.2.1',
    check: ofAccess((descriptions, { profile, issuer }) => {
      const addresses = descriptions.filter((description) => description.method === method);
      const wanted = statusAddresses(profile.statusUrl, issuer.keyId)[name];
      return addresses.length === 1 && addresses[0]?.address === wanted;
    }),
  };
}

interface AccessDescription {
  readonly method: string;
  readonly address: string;
}

function ofAccess(
  check: (descriptions: readonly AccessDescription[], intention: Intention) => boolean,
): LintRule['check'] {
  return ({ extensions }, intention) => {
    const extension = extensions.find(({ type }) => type === extensionTypes.authorityInfoAccess);
    return !extension || check(accessDescriptions(extension), intention);
  };
}

const accessDescriptions = once(({ value }: ParsedExtension): AccessDescription[] => {
  const list = new DerReader(value);
  const descriptions = list.inside(tags.sequence).all(tags.sequence);
  list.end();
  return descriptions.map((description) => {
    const method = description.objectIdentifier();
    const address = description.content(primitive(6)).toString('latin1');
    description.end();
    return { method, address };
  });
});
