export { StopLinks, stopLinkDigest } from './stop-links.js';
