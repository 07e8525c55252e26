import { createHash, createHmac, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';

const label = 'reseal/stop-link/v1';
const tokenBytes = 16;

/**
 * The links by which a customer stops a reissue that another person may have started. The token of a link is an HMAC of the
 * reissue's id, so that every message about a reissue has the same link, also one that is sent again after a crash, and no
 * table of tokens can leak. It opens nothing else, and dies with its reissue.
 *
 * The token is in the fragment of the address, which browsers send to no server: opening the link changes nothing, and no log
 * has it. The gateway passes on its digest only.
 */
export class StopLinks {
  private readonly key: Buffer;

  /**
   * @param key a secret of the worker, from which the key of the tokens is derived
   * @param pageUrl the address of the customers' page; without it there are no links
   */
  constructor(
    key: KeyObject,
    private readonly pageUrl?: string,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', key, '', label, 32));
  }

  /** The link of a reissue; undefined without a page. */
  urlOf(reissueId: string): string | undefined {
    return this.pageUrl && `${this.pageUrl}#stop=${reissueId}.${this.tokenOf(reissueId)}`;
  }

  /** Whether this is the digest of the reissue's token. */
  accepts(reissueId: string, digest: string): boolean {
    const [expected, given] = [stopLinkDigest(this.tokenOf(reissueId)), digest].map((text) =>
      Buffer.from(text),
    );
    return expected!.length === given!.length && timingSafeEqual(expected!, given!);
  }

  private tokenOf(reissueId: string): string {
    return createHmac('sha256', this.key)
      .update(reissueId)
      .digest()
      .subarray(0, tokenBytes)
      .toString('base64url');
  }
}

/** The digest by which the token of a link is passed on, so that no history and no log holds the token. */
export const stopLinkDigest = (token: string): string =>
  createHash('sha256').update(`${label}/${token}`).digest('base64url');
