import {
  ConnectionLost,
  ReissueProblem,
  type ApplicantInput,
  type Challenge,
  type ConsentInput,
  type Method,
  type OpenReissue,
  type ReissueReason,
  type Reissue,
} from '#libs/client';
import { Observable } from '../../shared/observable.js';
import { acceptPassword, tryPassword } from '../key/key-files.js';
import { makeKey } from '../key/own-key.js';
import { BrowserStore, type KeptReissue } from '../key/store.js';
import { KeptProgress } from './kept-progress.js';
import { reasonOfLink } from './link.js';
import { openPage, type OpenPage } from './open-page.js';
import { forgetToken, keepToken } from './page-session.js';

const statesBeforePassword = ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED'];
const endStates = ['REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN'];

/** What the customer chose before the start. A reload forgets it. */
interface Draft {
  readonly reason?: ReissueReason;
  readonly consents?: readonly ConsentInput[];
}

/** What the screens show. */
export interface FlowState {
  /** The calls of the reissue; undefined before the start. */
  readonly open: OpenReissue | undefined;
  /** The reissue as the gateway sent it last. */
  readonly reissue: Reissue | undefined;
  /** The challenges that wait for an answer, at most one of each method. */
  readonly challenges: readonly Challenge[];
  /** What this browser keeps of the reissue. */
  readonly kept: KeptReissue | undefined;
  readonly draft: Draft;
  /** Whether a call is under way. */
  readonly busy: boolean;
  /** Whether the gateway was reached by the last request. */
  readonly reached: boolean;
  /** Why the last call failed. */
  readonly failure: ReissueProblem | ConnectionLost | undefined;
  /** Whether the customer has finished. */
  readonly over: boolean;
  /** Whether the page, closed and opened again, resumes the reissue. */
  readonly resumable: boolean;
  /** The file in which the new certificate was saved, where the page can read the file again. */
  readonly savedFile: FileSystemFileHandle | undefined;
  /** The certificate password. It is in memory only: a reload forgets it. */
  readonly password: string | undefined;
}

const initialState: FlowState = {
  open: undefined,
  reissue: undefined,
  challenges: [],
  kept: undefined,
  draft: {},
  busy: false,
  reached: true,
  failure: undefined,
  over: false,
  resumable: true,
  savedFile: undefined,
  password: undefined,
};

/**
 * The reissue in this page: its state, and the acts of the customer. An act that fails sets `failure` and returns
 * undefined.
 */
export class ReissueFlow {
  private readonly progress: KeptProgress;
  private calls = 0;
  private following: AbortController | undefined;

  private constructor(
    private readonly page: OpenPage,
    readonly store: BrowserStore,
    private readonly state: Observable<FlowState>,
  ) {
    this.progress = new KeptProgress(store, (kept) => this.update({ kept }));
  }

  /** Opens the page, and resumes the reissue that was started in this browser. */
  static async open(): Promise<ReissueFlow> {
    const reason = reasonOfLink(location.search);
    const state = new Observable({ ...initialState, draft: reason ? { reason } : {} });
    const update = (change: Partial<FlowState>) => state.set({ ...state.current(), ...change });
    const storing = BrowserStore.open(() => update({ resumable: false }));
    if (!navigator.cookieEnabled) update({ resumable: false });
    const page = await openPage({
      onReach: (reached) => update({ reached }),
      readKey: async () => (await (await storing).readKept())?.key,
    });
    const flow = new ReissueFlow(page, await storing, state);
    await flow.resume();
    return flow;
  }

  get client() {
    return this.page.client;
  }

  readonly subscribe = (listener: () => void): (() => void) => this.state.subscribe(listener);
  readonly current = (): FlowState => this.state.current();

  readonly addToDraft = (draft: Draft): void => this.update({ draft: { ...this.current().draft, ...draft } });
  readonly changeKept = (change: Partial<KeptReissue>): Promise<void> => this.progress.change(change);
  readonly rememberPassword = (password: string): void => this.update({ password });
  readonly setSavedFile = (savedFile: FileSystemFileHandle | undefined): void => this.update({ savedFile });
  readonly clearFailure = (): void => this.update({ failure: undefined });

  /** Fetches the reissue from the gateway. A failure changes nothing. */
  readonly refresh = async (): Promise<void> => {
    await this.current()
      .open?.show()
      .then(this.receive, () => undefined);
  };

  /** Starts the reissue with a new key. The gateway sends challenges of `methods` at once. */
  readonly start = (applicant: ApplicantInput, methods: readonly Method[]): Promise<Reissue | undefined> =>
    this.run(async () => {
      const { client, session } = this.page;
      const { draft } = this.current();
      const [keyType] = (await client.certificateProfile()).keyTypes;
      const key = await makeKey(keyType!);
      await this.progress.begin(key);
      const started = await client.start({
        reason: draft.reason!,
        applicant,
        key,
        consents: draft.consents ?? [],
        ...(methods.length > 0 ? { methods } : {}),
      });
      await this.changeKept({ reissueId: started.id });
      const accessToken = started.accessToken!;
      const onReach = (reached: boolean) => this.update({ reached });
      const inCookie = await keepToken(session, { id: started.id, accessToken }, onReach);
      if (!inCookie) this.update({ resumable: false });
      const opened = await client.resume(started.id, inCookie ? undefined : accessToken, key);
      this.follow(opened);
      return this.receive(opened.reissue);
    });

  /** Runs calls; the last one returns the reissue. */
  readonly attempt = (calls: () => Promise<Reissue>): Promise<Reissue | undefined> =>
    this.run(async () => this.receive(await calls()));

  readonly sendPassword = (password: string, isNew: boolean): Promise<Reissue | undefined> =>
    this.run(async () => {
      const open = this.current().open!;
      await this.changeKept({ key: await tryPassword(this.progress.latest!.key, password) });
      const reissue = await (isNew ? open.resetPassword(password) : open.submitPassword(password));
      this.rememberPassword(password);
      return this.receive(reissue);
    });

  readonly requestChallenge = (method: Method): Promise<Challenge | undefined> =>
    this.run(async () => {
      const open = this.current().open!;
      const sent = await open.requestChallenges([method]);
      // The provider is slow: the challenge is still being sent.
      if (sent.length === 0) await open.show();
      await this.receive(open.reissue);
      return this.current().challenges.find((one) => one.method === method);
    });

  /** Ends the page's part: key, token and password are erased. */
  readonly finish = async (): Promise<void> => {
    await this.progress.eraseSilently();
    await forgetToken(this.page.session);
    this.update({ password: undefined, over: true });
  };

  readonly restart = async (): Promise<void> => {
    await this.progress.eraseSilently();
    await forgetToken(this.page.session);
    location.assign('/');
  };

  private update(change: Partial<FlowState>): void {
    this.state.set({ ...this.current(), ...change });
  }

  private async resume(): Promise<void> {
    const { resumed } = this.page;
    // The key of a reissue that has ended, or that this browser cannot open, is of no use.
    if (!resumed) return this.store.eraseKept();
    this.follow(resumed);
    await this.receive(resumed.reissue);
  }

  /** Receives each change of the reissue from now on. */
  private follow(open: OpenReissue): void {
    this.following?.abort();
    this.following = new AbortController();
    const { signal } = this.following;
    this.update({ open });
    const listen = async () => {
      try {
        for await (const reissue of open.follow({ signal })) await this.receive(reissue);
      } catch {
        // The next call fails for the same reason, and shows it.
      }
    };
    // A phone that slept has missed changes.
    const onVisible = () => {
      if (document.visibilityState === 'visible') void this.refresh();
    };
    document.addEventListener('visibilitychange', onVisible, { signal });
    void listen();
  }

  /** Shows the reissue, unless a newer one was received before, and keeps or erases the key accordingly. */
  private readonly receive = async (reissue: Reissue): Promise<Reissue> => {
    const found = await this.progress.read();
    const kept = found?.reissueId === reissue.id ? found : undefined;
    if (kept?.key.candidate && !kept.key.file && !statesBeforePassword.includes(reissue.state))
      await this.changeKept({ key: acceptPassword(kept.key) });
    if (kept && endStates.includes(reissue.state)) await this.progress.erase();
    const { reissue: shown, open } = this.current();
    if (shown?.id !== reissue.id || shown.updatedAt <= reissue.updatedAt)
      this.update({ reissue, challenges: open?.challenges ?? [] });
    return reissue;
  };

  private async run<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    this.calls += 1;
    this.update({ busy: true, failure: undefined });
    try {
      return await act();
    } catch (error) {
      if (error instanceof ReissueProblem && error.document.reissue)
        await this.receive(error.document.reissue);
      const expected = error instanceof ReissueProblem || error instanceof ConnectionLost;
      this.update({ failure: expected ? error : unexpected });
      return undefined;
    } finally {
      this.calls -= 1;
      this.update({ busy: this.calls > 0 });
    }
  }
}

const unexpected = new ReissueProblem({
  type: 'urn:reseal:problem:internal-error',
  title: '',
  status: 500,
  traceId: '',
});
