import { npkiPlaces, type Device } from '../transfer/device.js';
import { useWords } from '../words/index.js';

/** Where programs of this platform look for the folder, and how to put it there. */
export function FolderSteps({ device }: { device: Exclude<Device, 'PHONE'> }) {
  const { save } = useWords();
  return (
    <ol>
      <li>{save.unpack}</li>
      <li>
        {save.openPlace[device]} <code className="mono place">{npkiPlaces[device]}</code>
      </li>
      <li>{save.moveFolder}</li>
    </ol>
  );
}
