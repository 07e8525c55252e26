import type { CallOrigin, VaultHandle } from '#libs/domain';
import type { EnvelopePurpose } from '#libs/vault';
import type { RequestIds } from './request-ids.js';

/** What every message to a workflow carries of the call it comes from. */
export interface StepCall {
  readonly updateId: string;
  readonly requestHmac: string;
  readonly origin: CallOrigin;
}

/** A sealed value of a request: what the vault keeps under `handle` for the one step that opens it. */
export interface SealedValue {
  readonly handle: VaultHandle;
  readonly updateId: string;
  /** Where in the body it stands, as an RFC 6901 pointer in a URI fragment. */
  readonly pointer: string;
  readonly purpose: EnvelopePurpose;
  readonly envelope: string;
  /** The challenge that it answers. */
  readonly challengeId?: string;
}

/** A message in the making: collects the sealed values of a body and puts their handles in their place. */
export class StepDraft {
  constructor(
    readonly reissueId: string,
    readonly call: StepCall,
    private readonly ids: Pick<RequestIds, 'vaultHandle'>,
    readonly sealed: SealedValue[] = [],
  ) {}

  /** @param field where in the body the envelope stands, e.g. `answers/0/answer` */
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

  /** Where the value of this field lies in the vault. */
  handleOf(field: string): VaultHandle {
    return this.ids.vaultHandle(this.reissueId, this.call.updateId, field);
  }

  /** The draft of one part of this call: a step of its own, whose sealed values count to the whole. */
  part(kind: string): StepDraft {
    const call = { ...this.call, updateId: `${this.call.updateId}/${kind}` };
    return new StepDraft(this.reissueId, call, this.ids, this.sealed);
  }
}
