/** An event of a stream (WHATWG HTML section 9.2). */
export interface StreamEvent {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly state: string; readonly [member: string]: unknown };
}

/** Reads server-sent events until the server or the reader ends the stream. */
export async function* streamEvents(response: Response): AsyncGenerator<StreamEvent> {
  if (!response.body) return;
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const frames = (rest + chunk).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(
        frame.split('\n').map((line) => [line.split(': ')[0], line.replace(/^\w*: ?/, '')]),
      );
      const data = fields.get('data');
      if (data !== undefined)
        yield {
          id: fields.get('id') ?? '',
          type: fields.get('event') ?? '',
          data: JSON.parse(data) as StreamEvent['data'],
        };
    }
  }
}
