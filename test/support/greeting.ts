import { randomUUID } from 'node:crypto';
import type { TemporalClient } from '#libs/temporal';

/** The activity of a worker that {@link greetIn} calls. */
export const greeting = { greet: (name: string) => Promise.resolve(`hello ${name}`) };

/**
 * Runs an activity in the worker of a task queue. If Temporal gives the task to a silent poll, another poll gets it after a
 * second.
 */
export const greetIn = (taskQueue: string, { client }: TemporalClient): Promise<string> =>
  client.activity.execute<string>('greet', {
    id: randomUUID(),
    taskQueue,
    args: ['you'],
    startToCloseTimeout: '1 s',
    retry: { initialInterval: '100 ms', backoffCoefficient: 1 },
    scheduleToCloseTimeout: '60 s',
  });
