import fc from 'fast-check';

const chosen = process.env['RESEAL_SEED'];

/**
 * Property tests draw the same inputs in each run, so that the result of a commit is the same everywhere.
 * `RESEAL_SEED=<number>` draws others, to search for inputs that fail.
 */
fc.configureGlobal({ seed: chosen === undefined ? 20_261_130 : Number(chosen) });
