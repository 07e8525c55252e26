import { notificationsOf, type NotificationKind, type StepResult } from '#libs/domain';
import type { DirectCalls } from '#activities/step';

type Step = (...args: never[]) => Promise<StepResult>;
type NotifyAll = (input: {
  readonly reissueId: string;
  readonly moments: readonly NotificationKind[];
}) => Promise<void>;

/**
 * Lets every step send the notifications that follow from it, once it is committed. Those that are not accepted at once
 * stay for the workflow's durable activity. A step that is run again after a crash finds in the database which were sent.
 */
export function withDirectNotifications<Steps extends Record<string, Step>>(
  steps: Steps,
  notifyAll: NotifyAll,
  calls: DirectCalls,
): Steps {
  const notified = async (reissueId: string, result: StepResult): Promise<StepResult> => {
    const moments = notificationsOf(result);
    if (moments.length === 0) return result;
    const outcome = await calls.make(() => notifyAll({ reissueId, moments }));
    if (outcome === 'done' || outcome === 'refused') return { ...result, notified: moments };
    return outcome === 'slow' ? { ...result, sending: true } : result;
  };
  const entries = Object.entries(steps).map(([name, step]) => [
    name,
    async (...args: never[]) => {
      const result = await step(...args);
      const [reissue] = args as readonly (string | { readonly reissueId: string })[];
      return notified(typeof reissue === 'object' ? reissue.reissueId : reissue!, result);
    },
  ]);
  return Object.fromEntries(entries) as Steps;
}
