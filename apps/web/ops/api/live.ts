import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { send } from './client.js';

export type LiveStatus = 'connecting' | 'live' | 'broken';

const longestPauseMs = 30_000;
/** Many changes at once ask for the lists once. */
const batchMs = 700;

/** Follows the API's stream of changes while the console is open, and has what changed read anew. */
export function useLiveChanges(enabled: boolean): LiveStatus {
  const client = useQueryClient();
  const [status, setStatus] = useState<LiveStatus>('connecting');
  useEffect(() => {
    if (!enabled) return;
    const stop = new AbortController();
    void follow(client, setStatus, stop.signal);
    return () => stop.abort();
  }, [client, enabled]);
  return status;
}

async function follow(
  client: QueryClient,
  show: (status: LiveStatus) => void,
  signal: AbortSignal,
): Promise<void> {
  const refresh = refresher(client);
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const answer = await send('/v1/changes', { accept: 'text/event-stream', signal });
      show('live');
      // What happened while nobody listened is not told again.
      if (failures > 0) refresh('event: reload');
      failures = 0;
      for await (const message of messagesOf(answer)) refresh(message);
    } catch {
      if (signal.aborted) return;
    }
    // It ends by itself with the token, and begins again with a new one.
    show(failures > 0 ? 'broken' : 'connecting');
    const pauseMs = Math.min(longestPauseMs, 1_000 * 2 ** Math.min(failures, 5));
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Each message with data of an event stream, as it stands (HTML Living Standard 9.2.6); comments keep it alive and are passed over. */
async function* messagesOf(answer: Response): AsyncGenerator<string> {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (text + value).split(/\r?\n\r?\n/);
    text = messages.pop() ?? '';
    for (const message of messages) {
      if (/^data:/m.test(message)) yield message;
    }
  }
}

/** Lists are read anew for any change; a page of one thing for its own; all of it if the server says so. */
function refresher(client: QueryClient): (message: string) => void {
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (message) => {
    changed.add(message);
    timer ??= setTimeout(() => {
      timer = undefined;
      const all = [...changed].join('\n');
      changed.clear();
      void client.invalidateQueries({
        predicate: ({ queryKey: [subject, id] }) =>
          !readOnDemand.has(subject as string) &&
          (/^event: *reload$/m.test(all) ||
            lists.has(subject as string) ||
            (typeof id === 'string' && id !== '' && all.includes(id))),
      });
    }, batchMs);
  };
}
/** Reading these is itself audited: only when somebody asks. */
const readOnDemand = new Set(['audit', 'checkpoints']);
const lists = new Set(['reissues', 'reissue-counts', 'operations', 'certificates']);
