package io.backupmx.route;

import java.util.Locale;
import java.util.Optional;

/**
 * Where the extension of an address begins, as Postfix's {@code recipient_delimiter} has it: at the first of these
 * characters, so {@code alice+box} is {@code alice}.
 *
 * @param characters any of them; none: addresses have no extensions
 */
record RecipientDelimiter(String characters) {

    static final RecipientDelimiter NONE = new RecipientDelimiter("");

    /** {@code address} without its extension; empty when it has none. */
    Optional<TableAddress> base(TableAddress address) {
        String localPart = address.localPart();
        if (characters.isEmpty() || isWhole(localPart)) {
            return Optional.empty();
        }
        for (int i = 0; i < localPart.length(); i++) {
            if (characters.indexOf(localPart.charAt(i)) >= 0) {
                return i == 0
                        ? Optional.empty()
                        : Optional.of(new TableAddress(localPart.substring(0, i), address.domain()));
            }
        }
        return Optional.empty();
    }

    /** Local parts that Postfix never takes apart (split_addr, owner_request_special). */
    private boolean isWhole(String localPart) {
        String folded = localPart.toLowerCase(Locale.ROOT);
        return folded.equals("mailer-daemon")
                || folded.equals("double-bounce")
                || (characters.indexOf('-') >= 0
                        && (folded.startsWith("owner-")
                                || (folded.endsWith("-request") && folded.length() > "-request".length())));
    }
}
