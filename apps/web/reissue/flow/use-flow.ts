import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react';
import {
  ConnectionLost,
  ReissueProblem,
  ResealClient,
  type ApplicantInput,
  type Challenge,
  type ConsentInput,
  type Method,
  type OpenReissue,
  type ReissueReason,
  type Reissue,
} from '#libs/client';
import { acceptPassword, tryPassword } from '../key/key-files.js';
import { makeKey } from '../key/own-key.js';
import { BrowserStore, type KeptReissue } from '../key/store.js';
import { forgetToken, keepToken } from './page-session.js';
import { openPage, type OpenPage } from './open-page.js';

const beforePassword = ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED'];
const ends = ['REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN'];

/** What the customer has said before the start. None of it is kept. */
interface Draft {
  readonly reason?: ReissueReason;
  readonly consents?: readonly ConsentInput[];
}

/**
 * The reissue as the gateway says it is, what this device keeps of it, and what the customer can do. An act that fails
 * shows as `failure`, and gives undefined.
 */
interface Flow {
  readonly client: ResealClient;
  /** The reissue's calls, once it was started. */
  readonly open: OpenReissue | undefined;
  readonly reissue: Reissue | undefined;
  readonly kept: KeptReissue | undefined;
  readonly draft: Draft;
  readonly busy: boolean;
  readonly reached: boolean;
  readonly failure: ReissueProblem | ConnectionLost | undefined;
  readonly over: boolean;
  readonly store: BrowserStore;
  /** Whether the page, closed and opened again, goes on where it was. */
  readonly resumable: boolean;
  /** The file in which the new certificate was saved, where the page can read it back. */
  readonly savedFile: FileSystemFileHandle | undefined;
  /** In memory only: gone with a reload. */
  readonly password: string | undefined;
  say(draft: Draft): void;
  keep(change: Partial<KeptReissue>): Promise<void>;
  remember(password: string): void;
  noteSaved(file: FileSystemFileHandle | undefined): void;
  /** Asks the gateway how the reissue stands. */
  refresh(): Promise<void>;
  start(applicant: ApplicantInput, methods: readonly Method[]): Promise<Reissue | undefined>;
  /** Makes calls; the last answers with the reissue as it now is. */
  act(call: () => Promise<Reissue>): Promise<Reissue | undefined>;
  sendPassword(password: string, isNew: boolean): Promise<Reissue | undefined>;
  challenge(method: Method): Promise<Challenge | undefined>;
  clearFailure(): void;
  finish(): Promise<void>;
  restart(): Promise<void>;
}

export const FlowContext = createContext<Flow | undefined>(undefined);

export function useFlow(): Flow {
  const flow = useContext(FlowContext);
  if (!flow) throw new Error('outside the flow');
  return flow;
}

/** @returns undefined while the page opens */
export function useNewFlow(language: 'ko' | 'en'): Flow | undefined {
  const [page, setPage] = useState<OpenPage>();
  const [open, setOpen] = useState<OpenReissue>();
  const [reissue, setReissue] = useState<Reissue>();
  const [kept, setKept] = useState<KeptReissue>();
  const [draft, setDraft] = useState<Draft>({});
  const [calls, setCalls] = useState(0);
  const [reached, setReached] = useState(true);
  const [failure, setFailure] = useState<ReissueProblem | ConnectionLost>();
  const [over, setOver] = useState(false);
  const [store, setStore] = useState<BrowserStore>();
  const [resumable, setResumable] = useState(true);
  const [savedFile, noteSaved] = useState<FileSystemFileHandle>();
  const password = useRef<string>(undefined);
  const keptNow = useRef<KeptReissue>(undefined);
  const storeNow = useRef<BrowserStore>(undefined);
  const languageNow = useRef(language);
  useEffect(() => {
    languageNow.current = language;
  }, [language]);

  useEffect(() => {
    void begin();
    async function begin() {
      const placing = BrowserStore.open(() => setResumable(false));
      const opening = openPage({
        language: () => languageNow.current,
        onReach: setReached,
        readKey: async () => (await (await placing).readKept())?.key,
      });
      const place = await placing;
      storeNow.current = place;
      setStore(place);
      if (!navigator.cookieEnabled) setResumable(false);
      const [opened, found] = await Promise.all([opening, place.readKept()]);
      // A key of which the reissue is over, or opened no more, is of no use.
      if (opened.resumed) hold(found);
      else await place.eraseKept();
      if (opened.resumed) await learn(opened.resumed.reissue);
      setOpen(opened.resumed);
      setPage(opened);
    }
  }, []);

  useEffect(() => {
    if (!open) return;
    const end = new AbortController();
    void listen();
    async function listen() {
      try {
        for await (const now of open!.follow({ signal: end.signal })) await learn(now);
      } catch {
        // The next call tells why it cannot be followed.
      }
    }
    // A phone that slept has missed what happened.
    const seen = () => {
      if (document.visibilityState === 'visible') void open.show().then(learn, () => undefined);
    };
    document.addEventListener('visibilitychange', seen);
    return () => {
      end.abort();
      document.removeEventListener('visibilitychange', seen);
    };
  }, [open]);

  function hold(now: KeptReissue | undefined): void {
    keptNow.current = now;
    setKept(now);
  }

  async function put(now: Omit<KeptReissue, 'revision'>): Promise<void> {
    const revised = { ...now, revision: crypto.randomUUID() };
    hold(revised);
    await storeNow.current!.writeKept(revised);
  }

  /** What is kept; another tab may have changed it. */
  async function look(): Promise<KeptReissue | undefined> {
    const found = await storeNow.current!.readKept();
    if (found?.revision !== keptNow.current?.revision) hold(found);
    return keptNow.current;
  }

  async function keep(change: Partial<KeptReissue>): Promise<void> {
    const now = await look();
    if (now) await put({ ...now, ...change });
  }

  /** Takes over what the gateway says, unless something newer was said before. */
  async function learn(now: Reissue): Promise<Reissue> {
    const found = await look();
    const ours = found?.reissueId === now.id ? found : undefined;
    if (ours?.key.candidate && !ours.key.file && !beforePassword.includes(now.state))
      await keep({ key: acceptPassword(ours.key) });
    if (ours && ends.includes(now.state)) {
      hold(undefined);
      await storeNow.current!.eraseKept();
    }
    setReissue((before) => (before?.id === now.id && before.updatedAt > now.updatedAt ? before : now));
    return now;
  }

  async function attempt<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    setCalls((count) => count + 1);
    setFailure(undefined);
    try {
      return await call();
    } catch (error) {
      if (error instanceof ReissueProblem && error.document.reissue) await learn(error.document.reissue);
      if (error instanceof ReissueProblem || error instanceof ConnectionLost) setFailure(error);
      else setFailure(unexpected);
      return undefined;
    } finally {
      setCalls((count) => count - 1);
    }
  }

  const flow: Omit<Flow, 'client' | 'store'> = {
    open,
    reissue,
    kept,
    draft,
    busy: calls > 0,
    reached,
    failure,
    over,
    resumable,
    savedFile,
    password: password.current,
    keep,
    noteSaved,
    refresh: async () => {
      await open?.show().then(learn, () => undefined);
    },
    say: (more) => setDraft((before) => ({ ...before, ...more })),
    remember: (value) => {
      password.current = value;
    },
    clearFailure: () => setFailure(undefined),
    act: (call) => attempt(async () => learn(await call())),
    start: (applicant, methods) =>
      attempt(async () => {
        const { client, session } = page!;
        const key = await makeKey();
        await put({ reissueId: null, key, challenges: [] });
        const started = await client.start({
          reason: draft.reason!,
          applicant,
          key,
          consents: draft.consents ?? [],
          ...(methods.length > 0 ? { methods } : {}),
        });
        await keep({ reissueId: started.id, challenges: started.challenges });
        const accessToken = started.accessToken!;
        const inCookie = await keepToken(session, { id: started.id, accessToken }, setReached);
        if (!inCookie) setResumable(false);
        const opened = await client.resume(started.id, inCookie ? undefined : accessToken, key);
        setOpen(opened);
        return learn(opened.reissue);
      }),
    sendPassword: (value, isNew) =>
      attempt(async () => {
        await keep({ key: await tryPassword(keptNow.current!.key, value) });
        const after = await (isNew ? open!.resetPassword(value) : open!.submitPassword(value));
        password.current = value;
        return learn(after);
      }),
    challenge: (method) =>
      attempt(async () => {
        const challenges = await open!.requestChallenges([method]);
        const others = (keptNow.current?.challenges ?? []).filter((one) => one.method !== method);
        await keep({ challenges: [...others, ...challenges] });
        await learn(open!.reissue);
        return challenges.find((one) => one.method === method);
      }),
    finish: async () => {
      await storeNow.current!.eraseKept();
      await forgetToken(page!.session);
      password.current = undefined;
      setOver(true);
    },
    restart: async () => {
      await storeNow.current!.eraseKept();
      keptNow.current = undefined;
      await forgetToken(page!.session);
      location.assign('/');
    },
  };
  return useMemo(
    () => page && store && { ...flow, client: page.client, store },

    [page, store, open, reissue, kept, draft, calls, reached, failure, over, resumable, savedFile],
  );
}

const unexpected = new ReissueProblem({
  type: 'urn:reseal:problem:internal-error',
  title: '',
  status: 500,
  traceId: '',
});
