import { z } from 'zod';

/** Pattern and message of text that PostgreSQL can keep, also within JSON: no NUL, no half of a surrogate pair. */
export const oneLinePattern = [/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line of text'] as const;

/** One line of such text, as it was given. */
export const oneLine = z.string().regex(...oneLinePattern);
