import type { IssuerIdentity } from '../certificate.js';
import { DerReader, nameAttributeTypes as types, tags } from '#libs/der';
import { isNameable } from '../distinguished-name.js';
import { memoized } from './memoize.js';
import { parseName, type ParsedAttribute } from './parsed-certificate.js';
import type { LintRule } from './rule.js';

const pattern = [types.c, types.o, types.ou, types.ou, types.cn].join();
const commonNamePattern = /\([^()]*\)0\d{6}\d{8}\d{7}(?:\d\d)?$/;

const nameOf = memoized((issuer: IssuerIdentity) =>
  parseName(new DerReader(issuer.name).inside(tags.sequence)),
);
const valueOf = (subject: readonly ParsedAttribute[], type: string) =>
  subject.find((attribute) => attribute.type === type)?.value;

/** Rules of RFC 5280 and the NPKI profile for the subject. */
export const subjectRules: readonly LintRule[] = [
  {
    id: 'npki.subject-pattern',
    source: 'KCAC.TS.DN; cn=<name>(<latin name>)<digits>,ou=<bank>,ou=personal4IB,o,c',
    check: ({ subject }) =>
      subject.map(({ type }) => type).join() === pattern &&
      subject[2]?.value === 'personal4IB' &&
      commonNamePattern.test(subject[4]?.value ?? '') &&
      subject.every(({ shared }) => !shared),
  },
  {
    id: 'rfc5280.subject-encoding',
    source: 'RFC 5280 section 4.1.2.4 and appendix A; UTF8String except for the country',
    check: ({ subject }) =>
      subject.every(({ type, tag }) => tag === (type === types.c ? tags.printableString : tags.utf8String)),
  },
  {
    id: 'rfc5280.subject-length',
    source: 'RFC 5280 appendix A, ub-common-name and similar limits',
    check: ({ subject }) => subject.every(({ value }) => value.length > 0 && [...value].length <= 64),
  },
  {
    id: 'rfc4518.subject-characters',
    source: 'RFC 4518 sections 2.2 and 2.4',
    check: ({ subject }) => subject.every(({ value }) => value.length === 0 || isNameable(value)),
  },
  {
    id: 'npki.subject-organisation',
    source: 'KCAC.TS.DN; organisation and country are those of the CA',
    check: ({ subject }, { issuer }) => {
      const ofIssuer = nameOf(issuer);
      return [types.o, types.c].every((type) => valueOf(subject, type) === valueOf(ofIssuer, type));
    },
  },
  {
    id: 'npki.subject-bank',
    source: 'KCAC.TS.DN and the profile; the last ou is the bank',
    check: ({ subject }, { profile }) =>
      subject.findLast(({ type }) => type === types.ou)?.value === profile.bank.name,
  },
  {
    id: 'reseal.subject-intended',
    source: 'the intent names the subject',
    check: ({ subject }, { contents }) =>
      subject.length === contents.subject.length &&
      contents.subject.every(({ type, value }, index) => {
        const attribute = subject[subject.length - 1 - index];
        return attribute?.type === types[type] && attribute.value === value;
      }),
  },
];
