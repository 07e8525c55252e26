import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { EventSourceParserStream, type EventSourceMessage } from 'eventsource-parser/stream';
import { useEffect, useState } from 'react';
import { delay } from '../../shared/delay.js';
import { send } from './client.js';

export type LiveStatus = 'connecting' | 'live' | 'broken';

const maxPauseMs = 30_000;
/** Changes that arrive within this time refresh the queries once. */
const batchMs = 700;

/** Follows the API's stream of changes while the console is open, and refetches the queries that a change concerns. */
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
      const answer = await send('followChanges', { accept: 'text/event-stream', signal });
      show('live');
      // The stream does not repeat the changes of an interruption.
      if (failures > 0) refresh({ event: 'reload', data: '' });
      failures = 0;
      for await (const message of messagesOf(answer)) refresh(message);
    } catch {
      if (signal.aborted) return;
    }
    // The stream ends with the token, and is opened again with a new one.
    show(failures > 0 ? 'broken' : 'connecting');
    const pauseMs = Math.min(maxPauseMs, 1_000 * 2 ** Math.min(failures, 5));
    await delay(pauseMs);
  }
}

/** The messages of an event stream. Read by a reader: Safari has no asynchronous iteration of streams. */
async function* messagesOf(answer: Response): AsyncGenerator<EventSourceMessage> {
  const messages = answer
    .body!.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  const reader = messages.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

type Change = Pick<EventSourceMessage, 'event' | 'data'>;

/** Any change refetches the lists; a page of one object is refetched for its own changes; `reload` refetches all. */
function refresher(client: QueryClient): (change: Change) => void {
  let changes: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (change) => {
    changes.push(change);
    timer ??= setTimeout(() => {
      timer = undefined;
      const reload = changes.some(({ event }) => event === 'reload');
      const data = changes.map((one) => one.data).join('\n');
      changes = [];
      void client.invalidateQueries({
        predicate: ({ queryKey: [subject, id] }) =>
          !readOnDemand.has(subject as string) &&
          (reload ||
            lists.has(subject as string) ||
            (typeof id === 'string' && id !== '' && data.includes(id))),
      });
    }, batchMs);
  };
}

/** Reading these is recorded in the audit trail: they are read only when a person asks. */
const readOnDemand = new Set(['audit', 'checkpoints']);
const lists = new Set(['reissues', 'reissue-counts', 'operations', 'certificates']);
