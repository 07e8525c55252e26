import { useEffect, useState } from 'react';
import { brand } from '../brand.js';
import { useFlow } from '../flow/use-flow.js';
import type { SlowPart } from '../words/cases.js';
import { useWords } from '../words/index.js';

/** Times of waiting after which the page says what is slow, and then what else the customer can do. */
const slowMs = 3_000;
const tooSlowMs = 10_000;

/** What is slow while a screen waits, and another way. It shows nothing at first. */
export function SlowNotice({ part, others = false }: { part: SlowPart; others?: boolean }) {
  const { slow } = useWords();
  const { reached } = useFlow();
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const timers = [slowMs, tooSlowMs].map((time) => setTimeout(() => setWaited(time), time));
    return () => timers.forEach(clearTimeout);
  }, []);
  // The page already says that it is offline, and no other part is slow.
  const shown = reached ? waited : 0;
  return (
    <div role="status" className={shown > 0 ? 'box' : 'unseen'}>
      {shown > 0 && <p>{slow.parts[part]}</p>}
      {shown >= tooSlowMs && <p>{others ? slow.otherMethod : slow.close(brand.callCentre.phone)}</p>}
    </div>
  );
}
