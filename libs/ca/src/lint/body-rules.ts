import { tags } from '#libs/der';
import { spkiKeyType } from '../key-type.js';
import type { ParsedTime } from './parsed-certificate.js';
import type { LintRule } from './rule.js';

const allowedAlgorithms = [
  '300a06082a8648ce3d040302', // ecdsa-with-SHA256, RFC 5758 section 3.2
  '300d06092a864886f70d01010b0500', // sha256WithRSAEncryption, RFC 4055 section 5
];

/** Rules of RFC 5280 section 4.1 and the NPKI profile for all fields except the subject and the extensions. */
export const bodyRules: readonly LintRule[] = [
  {
    id: 'rfc5280.version-3',
    source: 'RFC 5280 section 4.1.2.1',
    check: ({ version }) => version?.length === 1 && version[0] === 2,
  },
  {
    id: 'rfc5280.serial-positive',
    source: 'RFC 5280 section 4.1.2.2',
    check: ({ serial }) => serial[0]! < 0x80 && serial.some((byte) => byte !== 0) && serial.length <= 20,
  },
  {
    id: 'npki.serial-unguessable',
    source: 'KCAC.TS.CERTPROF; 64 random bits at least',
    check: ({ serial }) => serial.length > 8,
  },
  {
    id: 'reseal.serial-intended',
    source: 'the intent names the serial number',
    check: ({ serial }, { contents }) => serial.toString('hex') === contents.serial,
  },
  {
    id: 'rfc5280.algorithms-equal',
    source: 'RFC 5280 section 4.1.1.2',
    check: ({ innerAlgorithm, outerAlgorithm }) => innerAlgorithm.equals(outerAlgorithm),
  },
  {
    id: 'npki.signature-algorithm',
    source: 'KCAC.TS.CERTPROF; RFC 5758 section 3.2, RFC 4055 section 5',
    check: ({ outerAlgorithm }) => allowedAlgorithms.includes(outerAlgorithm.toString('hex')),
  },
  {
    id: 'rfc5280.issuer-name',
    source: 'RFC 5280 sections 4.1.2.4 and 6.1.3: byte for byte the subject of the CA',
    check: ({ issuer }, intended) => issuer.equals(intended.issuer.name),
  },
  {
    id: 'rfc5280.time-form',
    source: 'RFC 5280 section 4.1.2.5',
    check: ({ notBefore, notAfter }) => hasTimeForm(notBefore) && hasTimeForm(notAfter),
  },
  {
    id: 'rfc5280.validity-order',
    source: 'RFC 5280 section 4.1.2.5',
    check: ({ notBefore, notAfter }) => !(notBefore.moment >= notAfter.moment),
  },
  {
    id: 'npki.begun',
    source: 'KCAC.TS.CERTPROF; relying parties reject a certificate that is not valid yet',
    check: ({ notBefore }, { now }) => !(notBefore.moment > now.getTime()),
  },
  {
    id: 'rfc5280.within-issuer',
    source: 'RFC 5280 section 6.1.3: no path is valid after its CA',
    check: ({ notAfter }, { issuer }) => !(notAfter.moment > issuer.notAfter.getTime()),
  },
  {
    id: 'npki.end-of-korean-day',
    source: 'KCAC.TS.CERTPROF; validity ends at 23:59:59 KST',
    check: ({ notAfter }) => notAfter.text.endsWith('145959Z'),
  },
  {
    id: 'reseal.validity-intended',
    source: 'the intent names both dates',
    check: ({ notBefore, notAfter }, { contents: { validity } }) =>
      sameSecond(notBefore, validity.notBefore) && sameSecond(notAfter, validity.notAfter),
  },
  {
    id: 'npki.key-type',
    source: 'KCAC.TS.CERTPROF and the profile; RFC 3279 section 2.3.1, RFC 5480 section 2',
    check: ({ spki }, { profile }) => {
      const keyType = spkiKeyType(spki);
      return keyType !== undefined && profile.keyTypes.includes(keyType);
    },
  },
  {
    id: 'reseal.key-intended',
    source: 'the key of the request that was checked',
    check: ({ spki }, { contents }) => spki.equals(contents.spki),
  },
  {
    id: 'rfc5280.no-unique-identifiers',
    source: 'RFC 5280 section 4.1.2.8',
    check: ({ hasUniqueIds }) => !hasUniqueIds,
  },
];

const forms: Record<number, RegExp> = {
  [tags.utcTime]: /^\d{12}Z$/,
  [tags.generalizedTime]: /^20[5-9]\d\d{10}Z$|^2[1-9]\d{12}Z$|^[3-9]\d{13}Z$/,
};

const hasTimeForm = ({ tag, text }: ParsedTime) => forms[tag]?.test(text) === true;

const sameSecond = (time: ParsedTime, intended: Date) =>
  Number.isNaN(time.moment) || time.moment === Math.floor(intended.getTime() / 1000) * 1000;
