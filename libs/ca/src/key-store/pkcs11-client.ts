import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SessionAnswer, SessionFailure, SessionRequest, TokenAddress } from './pkcs11-session.js';

/** The token answered with an error. */
export class TokenRequestFailed extends Error {
  override readonly name = 'TokenRequestFailed';
  constructor(readonly failure: SessionFailure) {
    super(failure);
  }
}

/** There was no answer: the session's process ended, or was killed because it did not answer in time. */
export class SessionLost extends Error {
  override readonly name = 'SessionLost';
  constructor(
    message: string,
    readonly timedOut: boolean,
  ) {
    super(message);
  }
}

/** A library may need a long time to find its devices and log in. */
const openTimeoutMs = 15_000;
/** A token searches long for the primes of an RSA key. Only commands of the CA make keys, and no request waits behind them. */
const keyGenerationTimeoutMs = 60_000;

/** TypeScript or compiled JavaScript, like this file. */
const sessionFile = fileURLToPath(
  new URL(`./pkcs11-session${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

/** A session with a token in a separate process. It is opened when it is needed, and again after it was lost. */
export class Pkcs11Client {
  private child: ChildProcess | undefined;

  constructor(
    private readonly token: TokenAddress,
    /** Timeout of one request but the making of a key, in milliseconds. */
    private readonly timeoutMs: number,
  ) {}

  /**
   * Sends one request; the previous one must have been answered.
   * @throws {TokenRequestFailed}
   * @throws {SessionLost} after either error, call {@link reset} before the next request unless the session is known to
   *   work
   */
  async request(request: SessionRequest): Promise<unknown> {
    if (!this.child) {
      this.child = start();
      await this.exchange({ do: 'open', token: this.token }, openTimeoutMs);
    }
    const generates = request.do === 'provide';
    return this.exchange(request, generates ? keyGenerationTimeoutMs : this.timeoutMs);
  }

  /** Ends the session at once. */
  reset(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private exchange(request: SessionRequest, timeoutMs: number): Promise<unknown> {
    const child = this.child!;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAnswer = (answer: SessionAnswer) =>
      'failure' in answer ? reject(new TokenRequestFailed(answer.failure)) : resolve(answer.result);
    const onExit = () => reject(new SessionLost('the session with the token was lost', false));
    child.once('message', onAnswer).once('exit', onExit).once('error', onExit);
    const timer = setTimeout(
      () => reject(new SessionLost(`the token did not answer within ${timeoutMs} ms`, true)),
      timeoutMs,
    );
    if (child.exitCode !== null || child.signalCode !== null) onExit();
    else child.send(request, (error) => error && onExit());
    return promise.finally(() => {
      clearTimeout(timer);
      child.off('message', onAnswer).off('exit', onExit).off('error', onExit);
    });
  }
}

function start(): ChildProcess {
  // PKCS#11 libraries read their own environment variables. They must not get the secrets of this process.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !key.startsWith('RESEAL_') && key !== 'NODE_OPTIONS'),
  );
  const child = fork(sessionFile, [], {
    env,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.on('error', () => undefined); // `exchange` reports it
  return child;
}
