import { brand } from '../brand.js';

/** The number of the call centre; a phone calls it. */
export const PhoneLink = () => (
  <a className="phone" href={`tel:${brand.callCentre.phone}`}>
    {brand.callCentre.phone}
  </a>
);
