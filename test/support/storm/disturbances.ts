import { setTimeout as delay } from 'node:timers/promises';
import type { RunningStack } from '../running-stack.js';
import type { Provider } from '../sandbox.js';
import type { Component, StackControl } from '../stack-control.js';

/** A failure that ends before `happen` resolves. */
export interface Disturbance {
  readonly name: string;
  readonly happen: () => Promise<void>;
}

/** A process is killed and started again. */
export const killed = (control: StackControl, victim: Component): Disturbance => ({
  name: `${victim} killed`,
  happen: () => control.killAndStart(victim),
});

/** A process is stopped in good order and started again. */
export const restarted = (control: StackControl, victim: Component): Disturbance => ({
  name: `${victim} restarted`,
  happen: async () => {
    await control.stop(victim);
    await control.start(victim);
  },
});

/** A process is frozen, as on a paused machine. */
export const frozen = (control: StackControl, victim: Component, ms: number): Disturbance => ({
  name: `${victim} frozen for ${ms} ms`,
  happen: async () => {
    const thaw = await control.freeze(victim);
    try {
      await delay(ms);
    } finally {
      thaw();
    }
  },
});

/** A provider is down for a while. */
export const providerDown = (
  { sandbox }: Pick<RunningStack, 'sandbox'>,
  provider: Provider,
  ms: number,
): Disturbance => ({
  name: `${provider} down for ${ms} ms`,
  happen: async () => {
    await sandbox.setFault(provider, { mode: 'down' });
    await delay(ms);
    await sandbox.setFault(provider, { mode: 'ok' });
  },
});
