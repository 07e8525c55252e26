/**
 * The nonce that the page's policy asks of styles made at run time. Mantine takes it as a property; what locks the
 * page's scrolling beneath a dialog looks for it in a global of this name.
 */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[name=style-nonce]')?.content ?? '';

(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = styleNonce;
