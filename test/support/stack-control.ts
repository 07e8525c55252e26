import { send } from './http.js';
import type { RunningStack } from './running-stack.js';
import { until } from './until.js';

/** The parts of a stack. Each comes after those that it depends on. */
const parts = [
  'load-balancer',
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
type Part = (typeof parts)[number];
/** A host of a cluster. */
export type HostName = 'a' | 'b' | 'c';
/** A process of a stack. In a cluster its name ends with its host. */
export type Component = Part | `${Part}-${HostName}`;

const partOf = (component: string) => component.replace(/-[abc]$/, '') as Part;
const byDependency = (one: string, other: string) =>
  parts.indexOf(partOf(one)) - parts.indexOf(partOf(other));

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

  /** Makes the standby of PostgreSQL the primary, as an operator does when the primary is lost. */
  async failOver(): Promise<void> {
    const url = `${this.url}/fail-over`;
    const { status, body } = await send({ method: 'POST', url }, { patienceMs: 0 });
    if (status !== 200) throw new Error(`fail-over: ${JSON.stringify(body)}`);
  }

  /** Freezes processes, as on a host that has vanished. @returns a function that lets them continue */
  async freeze(...those: readonly Component[]): Promise<() => void> {
    const ids = await this.processIds();
    const frozen = those.map((component) => {
      const pid = ids[component];
      if (!pid) throw new Error(`${component} does not run`);
      return pid;
    });
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    return () => frozen.forEach((pid) => process.kill(pid, 'SIGCONT'));
  }

  /** The ids of the running processes. A changed id means that the process has crashed. */
  async processIds(): Promise<Partial<Record<Component, number>>> {
    const states = await this.states();
    return Object.fromEntries(Object.entries(states).map(([component, { pid }]) => [component, pid]));
  }

  /** Starts all processes that are down and clears all faults. Every test calls this at its end. */
  async restore({ sandbox }: Pick<RunningStack, 'sandbox'>): Promise<void> {
    const states = await this.states();
    for (const component of Object.keys(states).sort(byDependency) as Component[])
      if (states[component]!.state === 'stopped') await this.start(component);
    const areReady = async () => Object.values(await this.states()).every(({ state }) => state === 'ready');
    await until('all processes to be ready', areReady, { timeoutMs: 90_000 });
    await sandbox.clearFaults();
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
