import { announceExpiring, type AnnounceContext, type RunPlace } from './announce.js';
import { sendExpiryNotices, type SendContext } from './send.js';

/** The activities of the schedule `announce-expiry`. */
export const createExpiryActivities = (context: AnnounceContext & SendContext) => ({
  announceExpiring: (place: RunPlace) => announceExpiring(context, place),
  sendExpiryNotices: () => sendExpiryNotices(context),
});
export type ExpiryActivities = ReturnType<typeof createExpiryActivities>;

export type { AnnouncedPage, RunPlace } from './announce.js';
export type { ExpirySettings } from './settings.js';
