import { Page } from '../../components/screen-frame.js';
import type { Lack } from '../../words/cases.js';
import { useWords } from '../../words/index.js';

/** Says what this browser lacks, and where to go on instead. */
export function Unfit({ lack }: { lack: Lack }) {
  const { unfit, prepare } = useWords();
  return (
    <Page title={unfit.title} lead={unfit.what[lack]}>
      <p className="box">{unfit.instead}</p>
      <p>{prepare.withoutText}</p>
    </Page>
  );
}
