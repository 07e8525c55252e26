import { ScreenFrame } from '../../components/screen-frame.js';
import type { MissingFeature } from '../../words/cases.js';
import { useWords } from '../../words/index.js';

/** Says what this browser lacks, and where to go on instead. */
export function UnsupportedBrowser({ lack }: { lack: MissingFeature }) {
  const { unfit, prepare } = useWords();
  return (
    <ScreenFrame title={unfit.title} lead={unfit.what[lack]}>
      <p className="box">{unfit.instead}</p>
      <p>{prepare.withoutText}</p>
    </ScreenFrame>
  );
}
