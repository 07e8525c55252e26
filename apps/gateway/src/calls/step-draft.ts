import type { CallOrigin, VaultHandle } from '#libs/domain';
import type { EnvelopePurpose } from '#libs/vault';
import type { RequestIds } from './request-ids.js';

/** The part of a call that every message to a workflow has. */
export interface StepCall {
  readonly updateId: string;
  readonly requestHmac: string;
  readonly origin: CallOrigin;
}

/** A sealed value of a request. The vault keeps it under `handle` for the step that opens it. */
export interface SealedValue {
  readonly handle: VaultHandle;
  readonly updateId: string;
  /** Its place in the body, as an RFC 6901 pointer in a URI fragment. */
  readonly pointer: string;
  readonly purpose: EnvelopePurpose;
  readonly envelope: string;
  /** The challenge that the value answers. */
  readonly challengeId?: string;
}

/** Builds a message: replaces the sealed values of a body by vault handles, and collects the values. */
export class StepDraft {
  constructor(
    readonly reissueId: string,
    readonly call: StepCall,
    private readonly ids: Pick<RequestIds, 'vaultHandle'>,
    readonly sealed: SealedValue[] = [],
  ) {}

  /** @param field place of the envelope in the body, e.g. `answers/0/answer` */
  seal(
    field: string,
    purpose: EnvelopePurpose,
    envelope: string,
    about: Pick<SealedValue, 'challengeId'> = {},
  ): VaultHandle {
    const { updateId } = this.call;
    const handle = this.handleOf(field);
    this.sealed.push({ handle, updateId, pointer: `#/${field}`, purpose, envelope, ...about });
    return handle;
  }

  /** The vault handle of this field's value. */
  handleOf(field: string): VaultHandle {
    return this.ids.vaultHandle(this.reissueId, this.call.updateId, field);
  }

  /**
   * The draft of one part of an application, which is a separate step. Its sealed values are collected with those of the
   * call.
   */
  part(kind: string): StepDraft {
    const call = { ...this.call, updateId: `${this.call.updateId}/${kind}` };
    return new StepDraft(this.reissueId, call, this.ids, this.sealed);
  }
}
