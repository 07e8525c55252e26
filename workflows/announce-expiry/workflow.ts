import type { AnnouncedPage, ExpiryActivities, RunPlace } from '#activities/expiry';
import { proxyActivities } from '@temporalio/workflow';

const { announceExpiring, sendExpiryNotices } = proxyActivities<ExpiryActivities>({
  startToCloseTimeout: '2 minutes',
  retry: { maximumAttempts: 5 },
});

/** How many batches of messages one run sends. The next run continues, and histories stay short. */
const maximumBatches = 150;

/**
 * Announces certificates that are about to expire or have just expired: first the events, with the messages that are to be
 * sent, then the messages. Runs every 10 minutes. Messages that are left at night are sent by the first run of the morning.
 */
export async function announceExpiry(): Promise<{ announced: number; sent: number }> {
  const done = { announced: 0, sent: 0 };
  let place: RunPlace | undefined = {};
  while (place) {
    const page: AnnouncedPage = await announceExpiring(place);
    done.announced += page.announced;
    place = page.next;
  }
  for (let batch = 0; batch < maximumBatches; batch += 1) {
    const { sent, more } = await sendExpiryNotices();
    done.sent += sent;
    if (!more) break;
  }
  return done;
}
