import { proofNonceOf, type ProvenAct, type StaffRole } from '#libs/domain';
import {
  callbackPath,
  discover,
  goAndSignIn,
  redeem,
  SignInRefused,
  takePendingSignIn,
  type ConsoleConfig,
  type Tokens,
} from './oidc.js';
import { signInSilently } from './silent.js';

export interface Me {
  readonly subject: string;
  readonly name: string;
  readonly roles: readonly StaffRole[];
}

export type SessionState =
  | { readonly status: 'restoring' }
  | { readonly status: 'signed-out'; readonly failed?: boolean }
  /** The API or the issuer cannot be reached: trying again may help. */
  | { readonly status: 'unreachable' }
  | { readonly status: 'signed-in'; readonly me: Me; readonly ended: boolean };

/** The token is renewed so many milliseconds before it ends. */
const renewBeforeMs = 60_000;

/**
 * Who is signed in. The token lives here, in memory, and nowhere else: after a reload the issuer is asked again, which
 * it answers without the person while it knows them.
 */
class Session {
  private state: SessionState = { status: 'restoring' };
  private tokens: Tokens | undefined;
  private renewing: Promise<boolean> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  config: ConsoleConfig | undefined;
  /** Called with each new token. */
  onToken: (() => void) | undefined;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly current = (): SessionState => this.state;
  get token(): string | undefined {
    return this.tokens?.accessToken;
  }

  /** Finds out who is there: from the issuer's answer at the callback, or silently. Answers where to go on. */
  async restore(): Promise<string | undefined> {
    this.show({ status: 'restoring' });
    try {
      this.config ??= await readConfig();
      if (location.pathname !== callbackPath) {
        this.keep(await signInSilently(this.config));
        return await this.enter();
      }
      const pending = takePendingSignIn();
      if (!pending) throw new Error('nobody asked to sign in');
      this.keep(await redeem(this.config, new URLSearchParams(location.search), pending));
      return await this.enter(pending.returnTo);
    } catch {
      this.show(await this.whyNot());
      return location.pathname === callbackPath ? '/' : undefined;
    }
  }

  async signIn(): Promise<void> {
    if (!this.config) return;
    const here = location.pathname === callbackPath ? '/' : `${location.pathname}${location.search}`;
    await goAndSignIn(this.config, here).catch(() => this.show({ status: 'unreachable' }));
  }

  /** Signs out here and at the issuer. */
  async signOut(): Promise<void> {
    const { config } = this;
    clearTimeout(this.timer);
    const headers = { authorization: `Bearer ${this.token}` };
    void fetch('/codec/session', { method: 'DELETE', headers, keepalive: true }).catch(() => undefined);
    this.tokens = undefined;
    const found = config && (await discover(config).catch(() => undefined));
    if (!config || !found?.end_session_endpoint) return this.show({ status: 'signed-out' });
    const address = new URL(found.end_session_endpoint);
    address.searchParams.set('client_id', config.clientId);
    address.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
    location.assign(address.href);
  }

  /** A new token without the person, once for all who ask at the same time. False: they must sign in again. */
  renew(): Promise<boolean> {
    this.renewing ??= this.renewNow().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /**
   * The issuer's word that the person who is signed in confirms, or approves, exactly this plan: an ID token with the
   * plan's digest, which opens nothing.
   *
   * @throws {SignInRefused} if the issuer does not know the person any more
   */
  async prove(act: ProvenAct, digest: string): Promise<string> {
    if (!this.config) throw new SignInRefused('login_required');
    const { idToken } = await signInSilently(this.config, proofNonceOf(act, digest));
    if (idToken === undefined) throw new SignInRefused('no_token');
    return idToken;
  }

  private async renewNow(): Promise<boolean> {
    if (!this.config) return false;
    try {
      this.keep(await signInSilently(this.config));
      if (this.state.status === 'signed-in') this.show({ ...this.state, ended: false });
      return true;
    } catch {
      // What stands on the page stays: somebody may be in the middle of a reason.
      if (this.state.status === 'signed-in') this.show({ ...this.state, ended: true });
      return false;
    }
  }

  private async enter(returnTo?: string): Promise<string | undefined> {
    const answer = await fetch('/v1/me', { headers: { authorization: `Bearer ${this.token}` } });
    const me: Me = answer.ok ? ((await answer.json()) as Me) : { subject: '', name: '', roles: [] };
    if (!answer.ok && answer.status !== 403) throw new Error(`who am I: ${answer.status}`);
    this.show({ status: 'signed-in', me, ended: false });
    return returnTo;
  }

  private keep(tokens: Tokens): void {
    this.tokens = tokens;
    clearTimeout(this.timer);
    const inMs = Math.max(5_000, tokens.expiresAt - Date.now() - renewBeforeMs);
    this.timer = setTimeout(() => void this.renew(), inMs);
    this.onToken?.();
  }

  private async whyNot(): Promise<SessionState> {
    const reached = this.config && (await discover(this.config).catch(() => undefined));
    if (!reached) return { status: 'unreachable' };
    return { status: 'signed-out', failed: location.pathname === callbackPath };
  }

  private show(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

async function readConfig(): Promise<ConsoleConfig> {
  const answer = await fetch('/v1/console-config');
  if (!answer.ok) throw new Error(`configuration: ${answer.status}`);
  return (await answer.json()) as ConsoleConfig;
}

export const session = new Session();
