import { constructed, FormatError, DerReader, tags } from '#libs/der';
import { inExtension } from './extensions.js';
import { only } from './parsed-certificate.js';
import type { Intention, LintRule } from './rule.js';

const identifyDataType = '1.2.410.200004.10.1.1';
const vidType = '1.2.410.200004.10.1.1.1';
/** SHA-256 without parameters, as all implementations encode it here. */
const sha256 = Buffer.from('300b0609608648016503040201', 'hex');

interface IdentifyData {
  readonly realName: string;
  readonly hashAlgorithm: Buffer;
  readonly virtualId: Buffer;
}

/** Rules of KCAC.TS.SIVID for the alternative name that contains the holder's name and VID. */
export const identifyDataRules: readonly LintRule[] = [
  {
    id: 'npki.identify-data',
    source: 'KCAC.TS.SIVID; one otherName identifyData with a name and one VID',
    check: inExtension('subjectAltName', identifyDataIn, (data) => data !== undefined),
  },
  {
    id: 'npki.real-name',
    source: 'KCAC.TS.SIVID; the name of the holder',
    check: ofIdentifyData(({ realName }, { contents }) => realName === contents.realName.normalize('NFC')),
  },
  {
    id: 'npki.vid-hash',
    source: 'KCAC.TS.SIVID; SHA-256 without NULL',
    check: ofIdentifyData(({ hashAlgorithm }) => hashAlgorithm.equals(sha256)),
  },
  {
    id: 'npki.vid',
    source: 'KCAC.TS.SIVID; all 32 bytes of the VID, leading zeros included',
    check: ofIdentifyData(({ virtualId }, { contents }) => virtualId.equals(contents.virtualId)),
  },
];

/** A check of identifyData. It passes if identifyData is missing, because another rule requires it. */
function ofIdentifyData(check: (data: IdentifyData, intention: Intention) => boolean): LintRule['check'] {
  return inExtension('subjectAltName', identifyDataIn, (data, intention) => !data || check(data, intention));
}

/** Undefined if the value has any other form than identifyData. */
function identifyDataIn(value: DerReader<Buffer>): IdentifyData | undefined {
  const whole = new DerReader(value.remaining());
  try {
    return only(whole, readIdentifyData);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/**
 * `IdentifyData ::= SEQUENCE { realName UTF8String, userInfo SEQUENCE OF SEQUENCE { OID id-VID, VID } }`, with
 * `VID ::= SEQUENCE { hashAlg AlgorithmIdentifier, virtualID [0] EXPLICIT OCTET STRING }`, as the one GeneralName.
 * @returns undefined if the types are different
 * @throws {FormatError} if the form is different
 */
function readIdentifyData(value: DerReader<Buffer>): IdentifyData | undefined {
  const names = value.inside(tags.sequence);
  const otherName = names.inside(constructed(0));
  const type = otherName.objectIdentifier();
  const typed = otherName.inside(constructed(0));
  const identifyData = typed.inside(tags.sequence);
  const realName = identifyData.content(tags.utf8String).toString('utf8');
  const userInfo = identifyData.inside(tags.sequence);
  const entry = userInfo.inside(tags.sequence);
  const entryType = entry.objectIdentifier();
  const vid = entry.inside(tags.sequence);
  const hashAlgorithm = vid.whole(tags.sequence);
  const virtualId = only(vid.inside(constructed(0)), (field) => field.content(tags.octetString));
  for (const reader of [names, otherName, typed, identifyData, userInfo, entry, vid]) reader.end();
  if (type !== identifyDataType || entryType !== vidType) return undefined;
  return { realName, hashAlgorithm, virtualId };
}
