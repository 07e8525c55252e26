import { describe, expect, test } from '@jest/globals';
import { ReissueProblem, type ResealClient, type Transfer } from '#libs/client';
import type { KeptCertificate } from '../key/store.js';
import { readNumber } from './number.js';
import { Agreement, open, seal } from './sealing.js';
import { receiveCertificate, sendCertificate } from './transfer.js';

const origin = 'https://reissue.bank.example';
Object.assign(globalThis, { location: { origin } });

const bytes = (text: string) => new TextEncoder().encode(text);
const certificate: KeptCertificate = {
  serial: '3f1c0d9a',
  certificate: bytes('certificate'),
  authorities: [bytes('issuing'), bytes('root')],
  keyFile: bytes('encrypted key'),
};

/** The gateway's part in memory. `tamper` changes what the receiver gets. */
function inMemory(tamper: (content: string) => string = (content) => content) {
  const seen: string[] = [];
  let row: { state: Transfer['state']; sender: string; receiver?: string; content?: string } | undefined;
  const over = () =>
    new ReissueProblem({ type: 'urn:reseal:problem:transfer-over', title: '', status: 410, traceId: '' });
  const shown = (role: 'S' | 'R'): Transfer => ({
    transferId: role,
    box: '0427',
    state: row!.state,
    share: (role === 'S' ? row!.receiver : row!.sender) ?? null,
    content: role === 'R' && row!.content ? tamper(row!.content) : null,
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
  });
  const base64url = (data: Uint8Array) => Buffer.from(data).toString('base64url');
  const transfers = {
    open: async (share: Uint8Array) => {
      row = { state: 'OPEN', sender: base64url(share) };
      seen.push(row.sender);
      return shown('S');
    },
    join: async (box: string, share: Uint8Array) => {
      if (box !== '0427' || row?.state !== 'OPEN') throw over();
      row = { ...row, state: 'JOINED', receiver: base64url(share) };
      seen.push(row.receiver!);
      return shown('R');
    },
    show: async (id: string) => shown(id as 'S' | 'R'),
    send: async (_: string, content: Uint8Array) => {
      row = { ...row!, state: 'SENT', content: base64url(content) };
      seen.push(row.content!);
      return shown('S');
    },
    end: async (id: string, state: 'RECEIVED' | 'FAILED') => {
      const { content: _, ...rest } = row!;
      row = { ...rest, state };
      return shown(id as 'S' | 'R');
    },
  };
  return {
    client: { transfers } as unknown as Pick<ResealClient, 'transfers'>,
    seen,
    state: () => row?.state,
  };
}

/** Sends, and lets another device enter the number that `entered` makes of the shown one. */
async function transferred(
  gateway: ReturnType<typeof inMemory>,
  entered: (number: string) => string = (number) => number,
) {
  const { signal } = new AbortController();
  let received: ReturnType<typeof receiveCertificate> | undefined;
  let shown = '';
  const sent = await sendCertificate(gateway.client, certificate, {
    onNumber: ({ number }) => {
      shown = number;
      received = receiveCertificate(gateway.client, readNumber(entered(number))!, signal);
    },
    onJoined: () => undefined,
    signal,
  });
  return { sent, received: await received, shown };
}

/** Waits for a condition. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Another secret with a right check digit. */
const otherSecret = (number: string) => {
  for (let digit = 0; digit < 100; digit += 1) {
    const candidate = number.slice(0, 10) + String(digit).padStart(2, '0');
    if (candidate !== number && readNumber(candidate)) return candidate;
  }
  throw new Error('there is no other number');
};

describe('a transfer', () => {
  test('A transfer brings the certificate to the device that enters the number', async () => {
    const gateway = inMemory();
    const { sent, received, shown } = await transferred(gateway);
    expect([sent, received]).toEqual(['RECEIVED', certificate]);
    expect(gateway.state()).toBe('RECEIVED');
    const passedOn = gateway.seen.map((text) => Buffer.from(text, 'base64url').toString('latin1')).join();
    for (const secret of ['encrypted key', 'certificate', shown.slice(4, 11)])
      expect(passedOn).not.toContain(secret);
  });

  test('A wrong number ends the transfer at both devices, and gives nothing away', async () => {
    const gateway = inMemory();
    const { sent, received } = await transferred(gateway, otherSecret);
    expect([sent, received, gateway.state()]).toEqual(['WRONG_NUMBER', 'WRONG_NUMBER', 'FAILED']);
  });

  test('Changed content is not accepted', async () => {
    const gateway = inMemory((content) => (content.startsWith('A') ? 'B' : 'A') + content.slice(1));
    const { sent, received } = await transferred(gateway);
    expect([sent, received]).toEqual(['WRONG_NUMBER', 'WRONG_NUMBER']);
  });

  test('A number is accepted once', async () => {
    const gateway = inMemory();
    const { shown } = await transferred(gateway);
    const again = receiveCertificate(gateway.client, readNumber(shown)!, new AbortController().signal);
    expect(await again).toBe('OVER');
  });

  test('A certificate that arrived is kept, although the other device does not learn of it', async () => {
    const gateway = inMemory();
    const { end } = gateway.client.transfers;
    gateway.client.transfers.end = (id, outcome, options) =>
      outcome === 'RECEIVED'
        ? Promise.reject(new Error('the connection is lost'))
        : end(id, outcome, options);
    const controller = new AbortController();
    let received: ReturnType<typeof receiveCertificate> | undefined;
    const sent = sendCertificate(gateway.client, certificate, {
      onNumber: ({ number }) => {
        received = receiveCertificate(gateway.client, readNumber(number)!, controller.signal);
      },
      onJoined: () => undefined,
      signal: controller.signal,
    });
    await until(() => received !== undefined);
    expect(await received).toEqual(certificate);
    controller.abort();
    expect(await sent).toBe('UNREACHED');
  });

  test('A receiving device that leaves ends the transfer', async () => {
    const gateway = inMemory();
    const { signal } = new AbortController();
    const leaving = new AbortController();
    gateway.client.transfers.send = () => new Promise(() => undefined);
    let received: ReturnType<typeof receiveCertificate> | undefined;
    void sendCertificate(gateway.client, certificate, {
      onNumber: ({ number }) => {
        received = receiveCertificate(gateway.client, readNumber(number)!, leaving.signal);
      },
      onJoined: () => leaving.abort(),
      signal,
    });
    await until(() => received !== undefined);
    expect(await received).toMatch(/^(UNREACHED|WRONG_NUMBER)$/);
    expect(gateway.state()).toBe('FAILED');
  });

  test('A transfer that has ended is not ended again by leaving', async () => {
    const gateway = inMemory();
    const controller = new AbortController();
    const sent = await sendCertificate(gateway.client, certificate, {
      onNumber: () => void gateway.client.transfers.join('0427', new Uint8Array(32)),
      onJoined: () => undefined,
      signal: controller.signal,
    });
    let ended = 0;
    const { end } = gateway.client.transfers;
    gateway.client.transfers.end = (...args) => {
      ended += 1;
      return end(...args);
    };
    controller.abort();
    expect([sent, ended]).toEqual(['WRONG_NUMBER', 0]);
  });

  test('A share that is no element ends the transfer', async () => {
    const gateway = inMemory();
    const { signal } = new AbortController();
    const sent = await sendCertificate(gateway.client, certificate, {
      onNumber: () => void gateway.client.transfers.join('0427', new Uint8Array(32)),
      onJoined: () => undefined,
      signal,
    });
    expect([sent, gateway.state()]).toEqual(['WRONG_NUMBER', 'FAILED']);
  });

  test('A page of another site gets another key', async () => {
    const sender = new Agreement('SENDER', '1234567', origin);
    const receiver = new Agreement('RECEIVER', '1234567', 'https://bank.example.attacker.example');
    const content = await seal(await sender.keyWith(receiver.share), certificate);
    await expect(open(await receiver.keyWith(sender.share), content)).rejects.toThrow();
  });
});
