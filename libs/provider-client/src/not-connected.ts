// The last three are of Node's and OpenSSL's checks of the server's certificate, and of the alerts by which a server refuses
// a handshake (RFC 8446 section 6.2).
const notConnected = new RegExp(
  `^(${[
    'ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT',
    'ERR_TLS_CERT_ALTNAME_INVALID|CERT_[A-Z_]+|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_[A-Z_]+|INVALID_CA|HOSTNAME_MISMATCH',
    'ERR_SSL_[A-Z0-9_]*ALERT_[A-Z_]*(CERTIFICATE|CA|HANDSHAKE|VERSION)[A-Z_]*',
  ].join('|')})$`,
);

/** Whether an error with this code shows that the connection was never made, so that no request can have arrived. */
export const isNotConnected = (code: string): boolean => notConnected.test(code);
