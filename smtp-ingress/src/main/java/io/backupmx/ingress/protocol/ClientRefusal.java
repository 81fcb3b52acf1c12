package io.backupmx.ingress.protocol;

/** Why a client is refused although its recipient may get mail. */
public sealed interface ClientRefusal {

    /** It is in a list that its operator asks. {@code zone} names it. */
    record Listed(String zone) implements ClientRefusal {}

    /** It has had its mails for now. */
    record TooManyMessages() implements ClientRefusal {}

    /** It has had its recipients for now. */
    record TooManyRecipients() implements ClientRefusal {}
}
