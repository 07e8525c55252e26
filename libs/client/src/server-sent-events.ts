/** An event of a stream (WHATWG HTML section 9.2). */
export interface ServerSentEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/**
 * Reads a stream of server-sent events until it ends, or the consumer stops. Comments and `retry` fields are skipped.
 *
 * @param onChunk called for every chunk that arrives, heartbeats included
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onChunk: () => void = () => undefined,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onChunk();
      // A carriage return at the end may be the first half of a line ending.
      const text = rest + decoder.decode(value, { stream: true });
      const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
      const frames = whole.replace(/\r\n?/g, '\n').split('\n\n');
      rest = frames.pop()! + text.slice(whole.length);
      for (const frame of frames) {
        const event = eventOf(frame);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(frame: string): ServerSentEvent | undefined {
  let id = '';
  let type = 'message';
  const data: string[] = [];
  for (const line of frame.split('\n')) {
    const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'id') id = value;
    if (field === 'event') type = value;
    if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { id, type, data: data.join('\n') };
}
