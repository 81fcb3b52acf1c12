package io.backupmx.route;

import io.backupmx.config.UnknownRecipients;
import java.util.List;

/**
 * What the tables leave open about a recipient.
 *
 * @param addresses the same recipient in the order to look it up: in full, then without its extension; in the folded form of
 *     the tables
 * @param sources the names of those that know, in the order to ask them
 * @param unknown what becomes of it when none knows it and one could not be asked
 */
public record RecipientQuestion(List<String> addresses, List<String> sources, UnknownRecipients unknown) {

    public RecipientQuestion {
        addresses = List.copyOf(addresses);
        sources = List.copyOf(sources);
    }
}
