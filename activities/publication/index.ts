import { publishDueCrls, type PublicationPorts, type Published } from './publisher.js';

export { crlStanding, defaultCrlTiming, publishDueCrls } from './publisher.js';
export type { CrlTiming, PublicationPorts } from './publisher.js';

export interface PublicationActivities {
  /** Publishes the CRLs that are due; see {@link publishDueCrls}. */
  publishCrls(): Promise<Published>;
}

/** The activities that sign CRLs. They run in the process that holds the CA's keys. */
export function createPublicationActivities(ports: PublicationPorts): PublicationActivities {
  return { publishCrls: () => publishDueCrls(ports) };
}
