import { stringify } from 'yaml';
import { describeEvents } from './asyncapi.js';

/** The AsyncAPI document as the text of the file that is committed. */
export function asyncApiText(): string {
  return stringify(describeEvents(), { lineWidth: 110, aliasDuplicateObjects: false });
}
