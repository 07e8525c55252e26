import { expect } from '@jest/globals';
import {
  proofNonceOf,
  type OperationKind,
  type OperationParameters,
  type OperationSelection,
  type OperationState,
  type ProvenAct,
} from '#libs/domain';
import { newIdempotencyKey } from './gateway.js';
import { expectSuccess, send, type Answer, type Call } from './http.js';
import type { RunningStack } from './running-stack.js';
import type { StaffName } from './sandbox.js';
import { until } from './until.js';

/** The members of an operation that tests read. */
export interface Operation {
  readonly id: string;
  readonly state: OperationState;
  readonly digest: string;
  readonly items: number;
  readonly planned?: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly untried: number;
  readonly needsApproval: boolean;
}

interface OperationItem {
  readonly target: string;
  readonly plan: { readonly expected: string; readonly acts: boolean; readonly finding?: string };
  readonly outcome: string | null;
}

interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** A request for an operation. */
interface OperationRequest {
  readonly kind: OperationKind;
  readonly selection: OperationSelection;
  readonly parameters?: OperationParameters;
  readonly reason?: string;
}

/** A client of the operators' API for one of the sample staff. */
export class StaffMember {
  private token: Promise<string> | undefined;

  constructor(
    private readonly stack: Pick<RunningStack, 'addresses' | 'sandbox'>,
    readonly name: StaffName,
  ) {}

  get<Body>(path: string): Promise<Answer<Body>> {
    return this.call('GET', path);
  }

  async call<Body>(
    method: Call['method'],
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    this.token ??= this.stack.sandbox.staffToken(this.name);
    const authorization = `Bearer ${await this.token}`;
    const url = this.stack.addresses.ops + path;
    return send<Body>({ method, url, body, headers: { authorization, ...headers } });
  }

  /** Plans an operation, without running it. */
  plan({
    reason = 'mended, as agreed on the phone',
    ...asked
  }: OperationRequest): Promise<Answer<Operation>> {
    const key = { 'idempotency-key': newIdempotencyKey() };
    return this.call('POST', '/v1/operations', { ...asked, reason }, key);
  }

  confirm(operation: Operation): Promise<Answer<Operation>> {
    return this.prove('confirm', operation);
  }

  approve(operation: Operation): Promise<Answer<Operation>> {
    return this.prove('approve', operation);
  }

  /** Signs in for this act and operation, and submits the proof. */
  private async prove(act: ProvenAct, { id, digest }: Operation): Promise<Answer<Operation>> {
    const proof = await this.stack.sandbox.staffProof(this.name, proofNonceOf(act, digest));
    return this.call('POST', `/v1/operations/${id}/${act}`, { digest, proof });
  }

  /** Plans and confirms. @throws UnexpectedAnswer */
  async planAndConfirm(asked: OperationRequest): Promise<Operation> {
    return expectSuccess(await this.confirm(expectSuccess(await this.plan(asked))));
  }

  async operation(id: string): Promise<Operation> {
    return expectSuccess(await this.get<Operation>(`/v1/operations/${id}`));
  }

  /** Waits until an operation has tried all its items. */
  untilDone({ id }: Operation, timeoutMs = 60_000): Promise<Operation> {
    const look = async () => {
      const now = await this.operation(id);
      return now.state === 'DONE' && now;
    };
    return until(`operation ${id} to be done`, look, { timeoutMs, pauseMs: 250 });
  }

  /** All items, from all pages. */
  itemsOf({ id }: Operation): Promise<OperationItem[]> {
    return this.listAll<OperationItem>(`/v1/operations/${id}/items?limit=200`);
  }

  /** All items of a list. `path` has a query. Fails if an item comes twice. */
  async listAll<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: Page<Item> = expectSuccess(await this.get<Page<Item>>(path + next));
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(items.map((item) => JSON.stringify(item))).size).toBe(items.length);
    return items;
  }
}
