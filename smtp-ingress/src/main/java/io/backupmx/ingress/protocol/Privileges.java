package io.backupmx.ingress.protocol;

/**
 * What a session's client may say beyond what all may.
 *
 * @param etrn ETRN (RFC 1985)
 * @param proxy XCLIENT and XFORWARD, of whom it passes on
 */
public record Privileges(boolean etrn, boolean proxy) {

    public static final Privileges NONE = new Privileges(false, false);
}
