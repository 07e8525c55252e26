import { brand } from '../../brand.js';
import { useFlow } from '../../flow/use-flow.js';
import { KeptCertificates } from '../../components/kept-certificates.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import { useWords } from '../../words/index.js';

/** The first screen: what the customer needs, how long it takes, and where to go without it. */
export function Prepare({ onNext, onReceive }: { onNext: () => void; onReceive: () => void }) {
  const { prepare, receive } = useWords();
  const { resumable } = useFlow();
  return (
    <ScreenFrame title={prepare.title} lead={prepare.lead}>
      <h2>{prepare.need}</h2>
      <ul className="needs">
        {prepare.needs.map((need) => (
          <li key={need}>{need}</li>
        ))}
      </ul>
      <p className={resumable ? 'box' : 'box notice'}>{resumable ? prepare.close : prepare.keepOpen}</p>
      <button className="main" onClick={onNext}>
        {prepare.start}
      </button>
      <button className="second" onClick={onReceive}>
        {receive.open}
      </button>
      <details>
        <summary>{prepare.without}</summary>
        <p>{prepare.withoutText(brand.callCentre.phone)}</p>
      </details>
      <KeptCertificates />
    </ScreenFrame>
  );
}
