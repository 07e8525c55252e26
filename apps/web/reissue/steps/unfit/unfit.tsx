import { brand } from '../../brand.js';
import { ScreenFrame } from '../../components/screen-frame.js';
import type { MissingFeature } from '../../words/cases.js';
import { useWords } from '../../words/index.js';

/** Shows which feature this browser does not have, and where the customer can continue. */
export function UnsupportedBrowser({ lack }: { lack: MissingFeature }) {
  const { unfit, prepare } = useWords();
  return (
    <ScreenFrame title={unfit.title} lead={unfit.what[lack]} outcome="stopped">
      <p className="box">{unfit.instead}</p>
      <p>{prepare.withoutText(brand.callCentre.phone)}</p>
    </ScreenFrame>
  );
}
