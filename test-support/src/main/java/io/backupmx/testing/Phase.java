package io.backupmx.testing;

/** Where in a session a {@link ScriptedPrimary} can be told to behave otherwise. */
public enum Phase {
    /** A client has connected: the greeting is due. */
    CONNECT,
    /** Of LMTP: LHLO. */
    EHLO,
    HELO,
    MAIL,
    RCPT,
    DATA,
    /** 354 is sent: content is about to come. */
    CONTENT,
    /** The final dot has come: the answer to the whole mail is due; of LMTP the one for the {@link Moment#address recipient}. */
    DOT,
    RSET,
    NOOP,
    QUIT,
    /** Whom the mail came from (Postfix's XFORWARD_README). */
    XFORWARD,
    /** Each line of it (RFC 4954). */
    AUTH,
    /** Any other command. */
    OTHER
}
