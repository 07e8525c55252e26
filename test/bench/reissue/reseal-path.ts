import { workflowIdOf } from '#libs/domain';
import { reissueOnce } from '../../demo/reissue-once.js';
import type { RunningStack } from '../../support/running-stack.js';
import { historyEventsOf } from './history-events.js';
import type { Path } from './paths.js';

const request = {
  reason: 'EXPIRED',
  by: 'MOBILE',
  methods: ['PHONE_CODE', 'ONE_WON'],
  // A start that is refused because of the load is repeated until it is admitted, so that each round makes all its reissues.
  patienceMs: 180_000,
} as const;

/** Reseal: a reissue of `npm run demo -- --reason EXPIRED`, over HTTP, each of another person. */
export function resealPath({ addresses, sandbox, temporal }: RunningStack): Path {
  return {
    kind: 'reseal',
    async prepare(count) {
      const people = await sandbox.makePeople(count, 'EXPIRED');
      return people.map((person) => async () => {
        const { reissue, steps, ms } = await reissueOnce(
          { gateway: addresses.gateway, sandbox },
          person,
          request,
        );
        return { workflowId: workflowIdOf(reissue.id), steps, ms };
      });
    },
    historyEvents: (workflowId) => historyEventsOf(temporal, workflowId),
    close: () => Promise.resolve(),
  };
}
