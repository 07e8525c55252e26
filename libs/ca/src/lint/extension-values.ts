import { constructed, type DerReader, primitive, tags } from '#libs/der';
import { only } from './parsed-certificate.js';

/** Readers of extension values in the forms that the NPKI profile allows. They throw FormatError for any other form. */

/** AuthorityKeyIdentifier with only a key identifier (RFC 5280 section 4.2.1.1). */
export const authorityKeyId = (value: DerReader<Buffer>): Buffer =>
  only(value.inside(tags.sequence), (fields) => fields.content(primitive(0)));

/** CertificatePolicies (RFC 5280 section 4.2.1.4). */
export const policies = (value: DerReader<Buffer>): { policy: string; qualified: boolean }[] =>
  value
    .inside(tags.sequence)
    .all(tags.sequence)
    .map((information) => ({
      policy: information.objectIdentifier(),
      qualified: information.tag !== undefined,
    }));

/** CRLDistributionPoints with one point and one address (RFC 5280 section 4.2.1.13). */
export const distributionAddress = (value: DerReader<Buffer>): string =>
  only(value.inside(tags.sequence), (points) =>
    only(points.inside(tags.sequence), (point) =>
      only(point.inside(constructed(0)), (name) => only(name.inside(constructed(0)), uri)),
    ),
  );

/** AuthorityInfoAccessSyntax whose locations are URIs (RFC 5280 section 4.2.2.1). */
export const accessDescriptions = (value: DerReader<Buffer>): { method: string; address: string }[] =>
  value
    .inside(tags.sequence)
    .all(tags.sequence)
    .map((description) =>
      only(description, (fields) => ({ method: fields.objectIdentifier(), address: uri(fields) })),
    );

/** GeneralName uniformResourceIdentifier. */
const uri = (reader: DerReader<Buffer>) => reader.content(primitive(6)).toString('latin1');
