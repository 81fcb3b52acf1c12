package io.backupmx.testing;

/** Where in a session a {@link ScriptedPrimary} can be told to behave otherwise. */
public enum Phase {
    /** A client has connected: the greeting is due. */
    CONNECT,
    EHLO,
    HELO,
    MAIL,
    RCPT,
    DATA,
    /** 354 is sent: content is about to come. */
    CONTENT,
    /** The final dot has come: the answer to the whole mail is due. */
    DOT,
    RSET,
    NOOP,
    QUIT,
    /** Any other command. */
    OTHER
}
