import { useEffect, useRef, type ReactNode } from 'react';
import { brand } from '../brand.js';
import { useLanguage } from '../words/index.js';
import { Icon, type IconName } from './icon.js';

/** How a screen that ends or stops the reissue looks. */
type Outcome = 'good' | 'paused' | 'stopped';
const icons: Readonly<Record<Outcome, IconName>> = { good: 'check', paused: 'clock', stopped: 'stop' };

/** The heading and content of a screen, inside the page's `main`. The heading takes the focus, so that a screen reader announces the screen. */
export function ScreenFrame({
  title,
  lead,
  outcome,
  children,
}: {
  title: string;
  lead?: ReactNode;
  outcome?: Outcome;
  children?: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const bank = brand.name[useLanguage()];
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
    document.title = `${title} – ${bank}`;
  }, [title, bank]);
  return (
    <>
      {outcome && (
        <p className={`outcome ${outcome}`}>
          <Icon name={icons[outcome]} />
        </p>
      )}
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {lead && <p className="lead">{lead}</p>}
      {children}
    </>
  );
}
