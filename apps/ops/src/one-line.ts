/** Pattern and message of text that PostgreSQL can keep, also within JSON: no NUL, no half of a surrogate pair. */
export const oneLine = [/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line of text'] as const;
