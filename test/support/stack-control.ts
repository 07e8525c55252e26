import { send } from './http.js';
import type { RunningStack } from './running-stack.js';
import { until } from './until.js';

/** The processes of a stack. Each comes after the processes that it depends on. */
const components = [
  'postgres',
  'temporal',
  'kafka',
  'temporal-ui',
  'sandbox',
  'signer',
  'status',
  'worker',
  'gateway',
  'ops',
] as const;
export type Component = (typeof components)[number];

/** Stops, kills and starts processes of the stack. A process that was stopped or killed stays down until it is started. */
export class StackControl {
  constructor(private readonly url = process.env.RESEAL_STACK_CONTROL) {}

  /** Kills a process. */
  kill(component: Component): Promise<void> {
    return this.post(component, 'kill');
  }

  /** Ends a process in good order. */
  stop(component: Component): Promise<void> {
    return this.post(component, 'stop');
  }

  /**
   * Starts a process and waits until it is ready. Starts it again if it ends before that, as a supervisor does.
   *
   * @param env environment variables that differ until the next start
   */
  async start(component: Component, env: Readonly<Record<string, string>> = {}): Promise<void> {
    await until(`${component} to start`, () => this.post(component, 'start', { env }).then(() => true), {
      timeoutMs: 90_000,
      pauseMs: 500,
    });
  }

  /** Kills processes and starts them again in the same order. */
  async killAndStart(...those: readonly Component[]): Promise<void> {
    await Promise.all(those.map((component) => this.kill(component)));
    for (const component of those) await this.start(component);
  }

  /** The ids of the running processes. A changed id means that the process has crashed. */
  async processIds(): Promise<Partial<Record<Component, number>>> {
    const states = await this.states();
    return Object.fromEntries(Object.entries(states).map(([component, { pid }]) => [component, pid]));
  }

  /** Starts all processes that are down and clears all faults. Every test calls this at its end. */
  async restore({ sandbox }: Pick<RunningStack, 'sandbox'>): Promise<void> {
    for (const component of components)
      if ((await this.stateOf(component)) === 'stopped') await this.start(component);
    const isReady = async (component: Component) =>
      ['ready', undefined].includes(await this.stateOf(component));
    await until(
      'all processes to be ready',
      async () => {
        const ready = await Promise.all(components.map(isReady));
        return ready.every(Boolean);
      },
      { timeoutMs: 90_000 },
    );
    await sandbox.clearFaults();
  }

  /** Undefined for an external process. */
  private async stateOf(component: Component): Promise<string | undefined> {
    return (await this.states())[component]?.state;
  }

  private async states(): Promise<Record<string, { state: string; pid: number }>> {
    const url = `${this.url}/components`;
    return (await send<Record<string, { state: string; pid: number }>>({ method: 'GET', url })).body;
  }

  private async post(
    component: Component,
    action: 'start' | 'stop' | 'kill',
    change: object = {},
  ): Promise<void> {
    const { status, body } = await send(
      { method: 'POST', url: `${this.url}/components/${component}/${action}`, body: change },
      { patienceMs: 0 },
    );
    if (status !== 200) throw new Error(`${action} ${component}: ${JSON.stringify(body)}`);
  }
}
