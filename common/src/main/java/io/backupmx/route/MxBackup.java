package io.backupmx.route;

import io.backupmx.config.Networks;
import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * The domains that nobody has configured, and that the DNS may make ours ({@code permit_mx_backup}). What is configured says
 * more: nothing of this is about a domain that is.
 *
 * @param networks where the best MX hosts of such a domain have to be
 * @param asked who knows their recipients
 * @param refusing whose subdomains the configuration refuses in so many words
 */
record MxBackup(Networks networks, Optional<AskedSources.Asked> asked, RelayDomains refusing) {

    /** Address literals have no MX records. */
    boolean mayCover(Domain domain) {
        return !domain.isAddressLiteral() && !refusing.coversAsSubdomain(domain);
    }

    /**
     * What says that {@code address} exists. A recipients file that has nobody of its domain was not written with it in mind,
     * and is no list of it.
     */
    RecipientSource source(TableAddress address, RecipientTruth truth) {
        RecipientSource listed = truth.source(address);
        return switch (listed) {
            case INLINE_LIST, RECIPIENTS_FILE, EVERY_DOMAIN_HAS_IT, OPEN_IN_FILE -> listed;
            case ASKED_SOURCES, NO_LIST, NOT_IN_INLINE_LIST, NOT_IN_FILE -> {
                if (asked.isPresent()) {
                    yield RecipientSource.ASKED_SOURCES;
                }
                yield truth.listed(address.domain()) > 0 ? listed : RecipientSource.NO_LIST;
            }
        };
    }
}
