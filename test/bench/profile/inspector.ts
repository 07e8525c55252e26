import { once } from 'node:events';
import { until } from '../../support/until.js';

/** A CPU profile as V8 makes it. Times are in microseconds. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Sends a command of the inspector's protocol, and resolves with its result. */
type Send = (method: string, params?: object) => Promise<unknown>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly message: string };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Microseconds. */
const samplingInterval = 500;

/** Profiles all threads of a process of Node that was started with `--inspect=<port>`. */
export class ProcessProfiler {
  private readonly threads: { readonly name: string; readonly send: Send }[];

  private constructor(
    private readonly socket: WebSocket,
    send: Send,
    workers: ReadonlyMap<string, Send>,
  ) {
    this.threads = [
      { name: 'main', send },
      ...[...workers.values()].map((each, index) => ({ name: `thread-${index + 1}`, send: each })),
    ];
  }

  static async connect(port: number): Promise<ProcessProfiler> {
    const socket = new WebSocket(await debuggerUrl(port));
    await once(socket, 'open');
    const main = new Channel((text) => socket.send(text));
    const workers = new Map<string, Channel>();
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(data as string) as Message;
      const { sessionId, message: inner } = message.params ?? { sessionId: '', message: '' };
      if (message.method === 'NodeWorker.attachedToWorker')
        workers.set(
          sessionId,
          new Channel(
            (text) => void main.send('NodeWorker.sendMessageToWorker', { sessionId, message: text }),
          ),
        );
      else if (message.method === 'NodeWorker.receivedMessageFromWorker')
        workers.get(sessionId)?.receive(inner);
      else main.receive(data as string);
    });
    // Answers after all threads have been attached.
    await main.send('NodeWorker.enable', { waitForDebuggerOnStart: false });
    const sends = [...workers].map(([id, channel]) => [id, channel.send] as const);
    return new ProcessProfiler(socket, main.send, new Map(sends));
  }

  async start(): Promise<void> {
    for (const { send } of this.threads) {
      await send('Profiler.enable');
      await send('Profiler.setSamplingInterval', { interval: samplingInterval });
    }
    await Promise.all(this.threads.map(({ send }) => send('Profiler.start')));
  }

  /** @returns the profile of each thread by its name */
  async stop(): Promise<ReadonlyMap<string, CpuProfile>> {
    const stopped = this.threads.map(async ({ name, send }) => {
      const { profile } = (await send('Profiler.stop')) as { profile: CpuProfile };
      return [name, profile] as const;
    });
    const profiles = new Map(await Promise.all(stopped));
    this.socket.close();
    return profiles;
  }
}

function debuggerUrl(port: number): Promise<string> {
  return until(`the inspector on port ${port}`, async () => {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      webSocketDebuggerUrl: string;
    }[];
    return targets[0]?.webSocketDebuggerUrl;
  });
}

/** Commands to one thread, and their answers. */
class Channel {
  private readonly open = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  private last = 0;

  constructor(private readonly write: (text: string) => void) {}

  readonly send: Send = (method, params = {}) => {
    this.last += 1;
    const id = this.last;
    this.write(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.open.set(id, { resolve, reject }));
  };

  receive(text: string): void {
    const { id, result, error } = JSON.parse(text) as Message;
    const call = id === undefined ? undefined : this.open.get(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  }
}
