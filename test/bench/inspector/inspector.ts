import { once } from 'node:events';
import { freePorts } from '../../support/free-ports.js';
import { StackControl, type Component } from '../../support/stack-control.js';
import { until } from '../../support/until.js';

/** Sends a command of the inspector's protocol, and resolves with its result. */
type Send = (method: string, params?: object) => Promise<unknown>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly sessionId: string; readonly message: string };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A connection to the inspector of a process of Node, with all its threads. */
export class Inspector {
  /** The main thread first. */
  readonly threads: readonly { readonly name: string; readonly send: Send }[];

  private constructor(
    private readonly socket: WebSocket,
    main: Send,
    workers: readonly Send[],
  ) {
    this.threads = [
      { name: 'main', send: main },
      ...workers.map((send, index) => ({ name: `thread-${index + 1}`, send })),
    ];
  }

  /** Connects to a process that was started with `--inspect=<port>`. Threads that it starts later are not included. */
  static async connect(port: number): Promise<Inspector> {
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
    return new Inspector(
      socket,
      main.send,
      [...workers.values()].map(({ send }) => send),
    );
  }

  close(): void {
    this.socket.close();
  }
}

/** Restarts apps of the stack with an inspector. @returns its port in each of them */
export async function restartWithInspector<App extends Component>(
  apps: readonly App[],
): Promise<Record<App, number>> {
  const control = new StackControl();
  const ports = await freePorts(apps.length);
  for (const [index, app] of apps.entries()) {
    await control.stop(app);
    await control.start(app, { NODE_OPTIONS: `--inspect=127.0.0.1:${ports[index]}` });
  }
  return Object.fromEntries(apps.map((app, index) => [app, ports[index]!])) as Record<App, number>;
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
