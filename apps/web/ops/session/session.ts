import { proofNonceOf, type ProvenAct } from '#libs/domain';
import { Observable } from '../../shared/observable.js';
import { endpoints } from '../api/generated/endpoints.gen.js';
import type { ConsoleConfig, Me } from '../api/types.js';
import { paths } from '../paths.js';
import { discover, goAndSignIn, redeem, SignInRefused, takePendingSignIn, type Tokens } from './oidc.js';
import { signInSilently } from './silent.js';

export type SessionState =
  | { readonly status: 'restoring' }
  | { readonly status: 'signed-out'; readonly failed?: boolean }
  /** The API or the issuer cannot be reached; a retry may help. */
  | { readonly status: 'unreachable' }
  | { readonly status: 'signed-in'; readonly me: Me; readonly ended: boolean };

/** The token is renewed this long before it expires. */
const renewBeforeMs = 60_000;
const minRenewalMs = 5_000;

/**
 * The session of the person who is signed in. The token is in memory only: after a reload the issuer is asked for a new
 * one, which it gives without asking the person while its own session lasts.
 */
class Session {
  private readonly state = new Observable<SessionState>({ status: 'restoring' });
  private tokens: Tokens | undefined;
  private renewing: Promise<boolean> | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private config: ConsoleConfig | undefined;
  /** Called with each new token. */
  onToken: (() => void) | undefined;

  readonly subscribe = (listener: () => void): (() => void) => this.state.subscribe(listener);
  readonly current = (): SessionState => this.state.current();
  get token(): string | undefined {
    return this.tokens?.accessToken;
  }

  /**
   * Restores the session from the issuer's answer at the callback, or silently.
   *
   * @returns the page to open next; undefined to stay
   */
  async restore(): Promise<string | undefined> {
    this.state.set({ status: 'restoring' });
    try {
      this.config ??= await readConfig();
      if (location.pathname !== paths.callback) {
        this.keep(await signInSilently(this.config));
        return await this.enter();
      }
      const pending = takePendingSignIn();
      if (!pending) throw new Error('no sign-in is pending');
      this.keep(await redeem(this.config, new URLSearchParams(location.search), pending));
      return await this.enter(pending.returnTo);
    } catch {
      this.state.set(await this.stateAfterFailure());
      return location.pathname === paths.callback ? paths.home : undefined;
    }
  }

  async signIn(): Promise<void> {
    if (!this.config) return;
    const here = location.pathname === paths.callback ? paths.home : `${location.pathname}${location.search}`;
    await goAndSignIn(this.config, here).catch(() => this.state.set({ status: 'unreachable' }));
  }

  /** Signs out here and at the issuer. */
  async signOut(): Promise<void> {
    const { config } = this;
    clearTimeout(this.timer);
    const headers = { authorization: `Bearer ${this.token}` };
    const { path, method } = endpoints.endDecoding;
    void fetch(path, { method, headers, keepalive: true }).catch(() => undefined);
    this.tokens = undefined;
    const found = config && (await discover(config).catch(() => undefined));
    if (!config || !found?.end_session_endpoint) return this.state.set({ status: 'signed-out' });
    const address = new URL(found.end_session_endpoint);
    address.searchParams.set('client_id', config.clientId);
    address.searchParams.set('post_logout_redirect_uri', `${location.origin}/`);
    location.assign(address.href);
  }

  /**
   * Gets a new token without asking the person. Concurrent callers share one request.
   *
   * @returns false if the person has to sign in again
   */
  renew(): Promise<boolean> {
    this.renewing ??= this.renewNow().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /**
   * Gets the issuer's proof that the person who is signed in confirms, or approves, exactly this plan: an ID token with
   * the plan's digest in its nonce. It gives no access to anything.
   *
   * @throws {SignInRefused} if the person's session at the issuer has ended
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
      this.showEnded(false);
      return true;
    } catch {
      this.showEnded(true);
      return false;
    }
  }

  /** The page stays as it is when the session ends: the person may be writing a reason. */
  private showEnded(ended: boolean): void {
    const state = this.current();
    if (state.status === 'signed-in') this.state.set({ ...state, ended });
  }

  private async enter(returnTo?: string): Promise<string | undefined> {
    const { path } = endpoints.whoAmI;
    const answer = await fetch(path, { headers: { authorization: `Bearer ${this.token}` } });
    const me: Me = answer.ok ? ((await answer.json()) as Me) : { subject: '', name: '', roles: [] };
    if (!answer.ok && answer.status !== 403) throw new Error(`${path} answered ${answer.status}`);
    this.state.set({ status: 'signed-in', me, ended: false });
    return returnTo;
  }

  private keep(tokens: Tokens): void {
    this.tokens = tokens;
    clearTimeout(this.timer);
    const inMs = Math.max(minRenewalMs, tokens.expiresAt - Date.now() - renewBeforeMs);
    this.timer = setTimeout(() => void this.renew(), inMs);
    this.onToken?.();
  }

  private async stateAfterFailure(): Promise<SessionState> {
    const reached = this.config && (await discover(this.config).catch(() => undefined));
    if (!reached) return { status: 'unreachable' };
    return { status: 'signed-out', failed: location.pathname === paths.callback };
  }
}

async function readConfig(): Promise<ConsoleConfig> {
  const { path } = endpoints.consoleConfig;
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as ConsoleConfig;
}

export const session = new Session();
