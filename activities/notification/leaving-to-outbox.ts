import type { StepResult } from '#libs/domain';
import type { NotificationOutbox } from './outbox.js';

type Step = (...args: never[]) => Promise<StepResult>;

/**
 * Lets the outbox send at once, in the background, what a committed step has left to it: the notifications of its reissue,
 * and of the older ones that it ended.
 */
export function leavingToOutbox<Steps extends Record<string, Step>>(
  steps: Steps,
  outbox: Pick<NotificationOutbox, 'sendSoon'>,
): Steps {
  const entries = Object.entries(steps).map(([name, step]) => [
    name,
    async (...args: never[]) => {
      const result = await step(...args);
      const [first] = args as readonly (string | { readonly reissueId: string })[];
      if (result.notified?.length) outbox.sendSoon(typeof first === 'object' ? first.reissueId : first!);
      for (const older of result.superseded ?? []) outbox.sendSoon(older);
      return result;
    },
  ]);
  return Object.fromEntries(entries) as Steps;
}
