import { createContext, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { newKey, ReissueApi, type Applicant } from '../api/client.js';
import { follow } from '../api/follow.js';
import { Problem, Unreachable } from '../api/problem.js';
import { seal, type Purpose } from '../api/seal.js';
import type { Challenge, Consent, Method, Reason, Reissue } from '../api/types.js';
import { acceptPassword, tryPassword } from '../key/key-files.js';
import { makeKey } from '../key/own-key.js';
import { eraseKept, readKept, writeKept, type Kept } from '../key/store.js';

const beforePassword = ['IDENTITY_REQUIRED', 'PASSWORD_REQUIRED'];
const ends = ['REJECTED', 'TIMED_OUT', 'CANCELLED', 'ABANDONED', 'WITHDRAWN'];

/** What the customer has said before the start. None of it is kept. */
export interface Draft {
  readonly reason?: Reason;
  readonly consents?: readonly Consent[];
}

/**
 * The reissue as the gateway says it is, what this device keeps of it, and what the customer can do. An act that fails
 * shows as `failure`, and gives undefined.
 */
export interface Flow {
  readonly api: ReissueApi;
  readonly reissue: Reissue | undefined;
  readonly kept: Kept | undefined;
  readonly draft: Draft;
  readonly busy: boolean;
  readonly reached: boolean;
  readonly failure: Problem | Unreachable | undefined;
  readonly over: boolean;
  /** In memory only: gone with a reload. */
  readonly password: string | undefined;
  say(draft: Draft): void;
  keep(change: Partial<Kept>): Promise<void>;
  remember(password: string): void;
  start(applicant: Plain, methods: readonly Method[]): Promise<Reissue | undefined>;
  /** Makes a call that answers with the reissue as it now is. */
  act(call: () => Promise<Reissue>): Promise<Reissue | undefined>;
  sendPassword(password: string, isNew: boolean): Promise<Reissue | undefined>;
  challenge(method: Method): Promise<Challenge | undefined>;
  seal(purpose: Purpose, value: string): Promise<string>;
  clearFailure(): void;
  finish(): Promise<void>;
  restart(): Promise<void>;
}

/** What the customer says of themself, before it is sealed. */
export interface Plain {
  readonly name: string;
  readonly mobile?: string;
  readonly rrn?: string;
  /** JSON */
  readonly document?: string;
}

export const FlowContext = createContext<Flow | undefined>(undefined);

export function useFlow(): Flow {
  const flow = useContext(FlowContext);
  if (!flow) throw new Error('outside the flow');
  return flow;
}

/** @returns undefined while the page opens */
export function useNewFlow(language: string): Flow | undefined {
  const [api, setApi] = useState<ReissueApi>();
  const [reissue, setReissue] = useState<Reissue>();
  const [kept, setKept] = useState<Kept>();
  const [draft, setDraft] = useState<Draft>({});
  const [calls, setCalls] = useState(0);
  const [reached, setReached] = useState(true);
  const [failure, setFailure] = useState<Problem | Unreachable>();
  const [over, setOver] = useState(false);
  const password = useRef<string>(undefined);
  const keptNow = useRef<Kept>(undefined);

  useEffect(() => {
    void open();
    async function open() {
      const [opened, found] = await Promise.all([openPatiently(language, setReached), readKept()]);
      opened.onReach = setReached;
      keptNow.current = found;
      setKept(found);
      if (opened.reissueId !== null)
        try {
          await learn(await opened.show());
        } catch {
          await opened.leave();
        }
      setApi(opened);
    }
    // The language is given to the API below, whenever it changes.
  }, []);
  useEffect(() => {
    if (api) api.language = language;
  }, [api, language]);

  const reissueId = reissue?.id;
  useEffect(() => {
    if (!api || reissueId === undefined) return;
    const end = new AbortController();
    const look = () => void api.show().then(learn, () => undefined);
    void follow(api, look, end.signal);
    // A phone that slept has missed what happened.
    const seen = () => document.visibilityState === 'visible' && look();
    document.addEventListener('visibilitychange', seen);
    return () => {
      end.abort();
      document.removeEventListener('visibilitychange', seen);
    };
  }, [api, reissueId]);

  async function keep(change: Partial<Kept>): Promise<void> {
    const now = keptNow.current;
    if (!now) return;
    keptNow.current = { ...now, ...change };
    setKept(keptNow.current);
    await writeKept(keptNow.current);
  }

  /** Takes over what the gateway says, unless something newer was said before. */
  async function learn(now: Reissue): Promise<Reissue> {
    const now_ = keptNow.current;
    if (
      now_?.reissueId === now.id &&
      now_.key.candidate &&
      !now_.key.file &&
      !beforePassword.includes(now.state)
    )
      await keep({ key: acceptPassword(now_.key) });
    if (ends.includes(now.state)) {
      keptNow.current = undefined;
      await eraseKept();
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
      if (error instanceof Problem && error.document.reissue) await learn(error.document.reissue);
      if (error instanceof Problem || error instanceof Unreachable) setFailure(error);
      else setFailure(new Problem({ type: 'urn:reseal:problem:internal-error', title: '', status: 500 }));
      return undefined;
    } finally {
      setCalls((count) => count - 1);
    }
  }

  async function sealFor(purpose: Purpose, value: string, sub: string): Promise<string> {
    const { keys } = await api!.keys();
    return seal(value, purpose, sub, keys[0]!);
  }

  const flow: Omit<Flow, 'api'> = {
    reissue,
    kept,
    draft,
    busy: calls > 0,
    reached,
    failure,
    over,
    password: password.current,
    keep,
    say: (more) => setDraft((before) => ({ ...before, ...more })),
    remember: (value) => {
      password.current = value;
    },
    clearFailure: () => setFailure(undefined),
    seal: (purpose, value) => sealFor(purpose, value, api!.reissueId ?? ''),
    act: (call) => attempt(async () => learn(await call())),
    start: ({ name, mobile, rrn, document }, methods) =>
      attempt(async () => {
        const idempotencyKey = newKey();
        const key = await makeKey();
        keptNow.current = { reissueId: null, key, challenges: [] };
        await keep({});
        const applicant: Applicant = {
          name,
          ...(mobile === undefined ? {} : { mobile }),
          ...(rrn === undefined ? {} : { rrn: await sealFor('rrn', rrn, idempotencyKey) }),
          ...(document === undefined
            ? {}
            : { document: await sealFor('document', document, idempotencyKey) }),
        };
        const started = await api!.start(
          {
            reason: draft.reason!,
            applicant,
            keyThumbprint: key.thumbprint,
            consents: draft.consents ?? [],
            ...(methods.length > 0 ? { methods } : {}),
          },
          idempotencyKey,
        );
        await keep({ reissueId: started.reissue.id, challenges: started.challenges });
        return learn(started.reissue);
      }),
    sendPassword: (value, isNew) =>
      attempt(async () => {
        await keep({ key: await tryPassword(keptNow.current!.key, value) });
        const sealed = await sealFor('password', value, api!.reissueId!);
        const after = await (isNew ? api!.resetPassword(sealed) : api!.password(sealed));
        password.current = value;
        return learn(after);
      }),
    challenge: (method) =>
      attempt(async () => {
        const { reissue: after, challenges } = await api!.challenge([method]);
        const others = (keptNow.current?.challenges ?? []).filter((one) => one.method !== method);
        await keep({ challenges: [...others, ...challenges] });
        await learn(after);
        return challenges.find((one) => one.method === method);
      }),
    finish: async () => {
      await eraseKept();
      await api!.leave();
      password.current = undefined;
      setOver(true);
    },
    restart: async () => {
      await eraseKept();
      keptNow.current = undefined;
      await api!.leave();
      location.assign('/');
    },
  };
  return useMemo(
    () => api && { ...flow, api },

    [api, reissue, kept, draft, calls, reached, failure, over],
  );
}

/** However long it takes until the gateway is there. */
async function openPatiently(language: string, tell: (reached: boolean) => void): Promise<ReissueApi> {
  for (;;)
    try {
      const opened = await ReissueApi.open(language);
      tell(true);
      return opened;
    } catch {
      tell(false);
    }
}
