import { Page } from '../../parts/screen-frame.js';
import { useWords } from '../../words/index.js';

/** What one needs at hand, how long it takes, and where to go without it. */
export function Prepare({ onNext }: { onNext: () => void }) {
  const { prepare } = useWords();
  return (
    <Page title={prepare.title} lead={prepare.lead}>
      <h2>{prepare.need}</h2>
      <ul className="needs">
        {prepare.needs.map((need) => (
          <li key={need}>{need}</li>
        ))}
      </ul>
      <p className="box">{prepare.close}</p>
      <button className="main" onClick={onNext}>
        {prepare.start}
      </button>
      <details>
        <summary>{prepare.without}</summary>
        <p>{prepare.withoutText}</p>
      </details>
    </Page>
  );
}
