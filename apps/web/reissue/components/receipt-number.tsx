import { useFlow } from '../flow/use-flow.js';
import { useWords } from '../words/index.js';

/** The number by which the customer and the bank's staff name this reissue, on each screen from the start on. */
export function ReceiptNumber() {
  const { receiptNumber } = useWords();
  const { reissue } = useFlow();
  return (
    reissue && (
      <p className="receipt">
        {receiptNumber} <strong className="mono">{reissue.receiptNumber}</strong>
      </p>
    )
  );
}
