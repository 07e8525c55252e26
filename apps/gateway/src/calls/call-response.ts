import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';

/** The successful response to a call. It can be sent to several callers. */
export class CallResponse {
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** Sends a {@link CallResponse} with its status and headers. Other results pass unchanged. */
@Injectable()
export class SendCallResponse implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(map((result: unknown) => (result instanceof CallResponse ? send(result) : result)));
  }
}

// Handlers declare 200. Only a web Response can replace the declared status.
const send = ({ status, body, headers }: CallResponse) =>
  status === 200 ? body : Response.json(body, { status, headers });
