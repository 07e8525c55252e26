import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '#libs/config';
import { unavailable } from '../problems.js';
import { forkConfined, unprivilegedUser, type ProcessUser } from './confined-process.js';
import { photoLimits, type PhotoLimits, type PhotoOutcome } from './photo.js';
import { Slots } from './slots.js';

const processFile = fileURLToPath(
  new URL(`./photo-process${extname(fileURLToPath(import.meta.url))}`, import.meta.url),
);

interface PhotoDecoderOptions {
  readonly limits?: PhotoLimits;
  /** How many photos are decoded at once, and how many may wait. */
  readonly atOnce?: number;
  readonly waiting?: number;
  /** Time limit for decoding one photo, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Checks photos and encodes them again, each in a separate process. */
export class PhotoDecoder {
  private readonly slots: Slots;
  private readonly limits: PhotoLimits;
  private readonly timeoutMs: number;
  /** The user that photos are decoded as; undefined for the user of this process. */
  readonly user: ProcessUser | undefined;

  constructor({
    limits = photoLimits,
    atOnce = 2,
    waiting = 32,
    timeoutMs = 20_000,
  }: PhotoDecoderOptions = {}) {
    this.slots = new Slots(atOnce, waiting);
    this.limits = limits;
    this.timeoutMs = timeoutMs;
    this.user = unprivilegedUser(processFile);
  }

  /**
   * @param owner of the photo: waiting owners take turns
   * @returns DAMAGED also if the process crashed, or exceeded its time or memory
   * @throws ProblemError 503 if too many photos wait, or no process could be started
   */
  decode(file: Buffer, owner: string): Promise<PhotoOutcome> {
    return this.slots.run(owner, () => this.decodeInChild(file));
  }

  private decodeInChild(file: Buffer): Promise<PhotoOutcome> {
    const child = forkConfined(processFile, {
      root: projectRoot(),
      megabytes: this.limits.megabytes,
      user: this.user,
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), this.timeoutMs);
    return new Promise<PhotoOutcome>((resolve, reject) => {
      child.once('message', (outcome) => resolve(outcome as PhotoOutcome));
      child.once('error', (error) => reject(unavailable(error)));
      child.once('exit', () => resolve({ refusal: 'DAMAGED' }));
      // Sending to a child that has ended fails; its exit is handled above.
      child.send({ file, limits: this.limits }, () => undefined);
    }).finally(() => {
      clearTimeout(timer);
      child.kill('SIGKILL');
    });
  }
}
