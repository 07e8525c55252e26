/**
 * Progress for people: one line when something is done, readable without colour, on a terminal and in a file.
 * Work that takes long says so when it begins and every half minute.
 */
export class ProgressReport {
  #out;
  #colour;

  constructor(out = process.stdout) {
    this.#out = out;
    this.#colour = out.isTTY && !process.env.NO_COLOR;
  }

  line(text = '') {
    this.#out.write(`${text}\n`);
  }

  note(text) {
    this.line(`• ${text}`);
  }

  done(text, since) {
    this.line(`${this.#paint(32, '✓')} ${text}${since === undefined ? '' : ` (${seconds(since)})`}`);
  }

  failed(text) {
    this.line(`${this.#paint(31, '✗')} ${text}`);
  }

  /**
   * Does the work and says how long it took.
   * @template T
   * @param {string} title said when it is done
   * @param {() => Promise<T>} work
   * @param {string} [announcement] said when it begins, for work that takes long
   * @returns {Promise<T>}
   */
  async step(title, work, announcement) {
    const since = Date.now();
    if (announcement) this.note(announcement);
    const heartbeat = setInterval(() => this.note(`${title}: still at it (${seconds(since)})`), 30_000);
    try {
      const result = await work();
      this.done(title, since);
      return result;
    } finally {
      clearInterval(heartbeat);
    }
  }

  #paint(code, text) {
    return this.#colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;
