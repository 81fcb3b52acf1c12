package io.backupmx.ingress.session;

/** How a client that has connected begins. */
enum Door {
    /** With SMTP; TLS is there for who asks. */
    SMTP,
    /** With TLS, before a word is said (RFC 8314 §3.3). */
    SMTPS
}
