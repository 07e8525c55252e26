/**
 * Prints progress for people: one line when a step is done, readable without colour, on a terminal and in a file.
 * A step that takes long prints when it begins and every half minute.
 */
export class ProgressReport {
  #out;
  #colour;

  /** @param {NodeJS.WriteStream} out */
  constructor(out = process.stdout) {
    this.#out = out;
    this.#colour = out.isTTY && !process.env.NO_COLOR;
  }

  line(text = '') {
    this.#out.write(`${text}\n`);
  }

  /** @param {string} text */
  note(text) {
    this.line(`• ${text}`);
  }

  /**
   * @param {string} text
   * @param {number} [since] when the step began, in milliseconds since 1970
   */
  done(text, since) {
    this.line(`${this.#paint(32, '✓')} ${text}${since === undefined ? '' : ` (${secondsSince(since)})`}`);
  }

  /** @param {string} text */
  failed(text) {
    this.line(`${this.#paint(31, '✗')} ${text}`);
  }

  /**
   * Runs a step and prints its duration.
   * @template T
   * @param {string} title printed when it is done
   * @param {() => Promise<T>} work
   * @param {string} [announcement] printed when it begins, for a step that takes long
   * @returns {Promise<T>}
   */
  async step(title, work, announcement) {
    const since = Date.now();
    if (announcement) this.note(announcement);
    const heartbeat = setInterval(() => this.note(`${title}: not done yet (${secondsSince(since)})`), 30_000);
    try {
      const result = await work();
      this.done(title, since);
      return result;
    } finally {
      clearInterval(heartbeat);
    }
  }

  /**
   * @param {number} code ANSI colour
   * @param {string} text
   */
  #paint(code, text) {
    return this.#colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** @param {number} since */
const secondsSince = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
