/**
 * The nonce that the content security policy requires of styles made at run time. Mantine takes it as a property; the
 * library that locks scrolling under a dialog reads it from a global of this name.
 */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[name=style-nonce]')?.content ?? '';

(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = styleNonce;
