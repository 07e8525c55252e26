import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';

/** What a call answers when it is not a problem. It can be sent to several callers. */
export class CallResponse {
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** Sends an {@link CallResponse} with its status and headers; other results pass as they are. */
@Injectable()
export class SendCallResponse implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(map((result: unknown) => (result instanceof CallResponse ? send(result) : result)));
  }
}

// 200 is what the methods declare; only a web Response can replace the status a method declares.
const send = ({ status, body, headers }: CallResponse) =>
  status === 200 ? body : Response.json(body, { status, headers });
