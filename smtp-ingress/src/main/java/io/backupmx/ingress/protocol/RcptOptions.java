package io.backupmx.ingress.protocol;

import java.util.Optional;

/**
 * What RCPT says beside the forward-path (RFC 3461 §4).
 *
 * @param notifyOn NOTIFY as given, in capitals
 * @param originalRecipient ORCPT as given, in xtext behind its address type
 */
public record RcptOptions(Optional<String> notifyOn, Optional<String> originalRecipient) {

    /** Nothing was said. */
    public static final RcptOptions NONE = new RcptOptions(Optional.empty(), Optional.empty());
}
