package io.backupmx.route;

import io.backupmx.config.Networks;
import io.backupmx.config.PermitMxBackupConfig.UnlistedRecipients;
import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * The domains that nobody has configured, and that the DNS may make ours ({@code permit_mx_backup}). What is configured says
 * more: nothing of this is about a domain that is.
 *
 * @param networks where the best MX hosts of such a domain have to be
 * @param asked who knows their recipients
 * @param unlisted what becomes of those whom no list has where nobody is asked
 * @param refusing whose subdomains the configuration refuses in so many words
 */
record MxBackup(
        Networks networks, Optional<AskedSources.Asked> asked, UnlistedRecipients unlisted, RelayDomains refusing) {

    /** Address literals have no MX records. */
    boolean mayCover(Domain domain) {
        return !domain.isAddressLiteral() && !refusing.coversAsSubdomain(domain);
    }

    /** How many recipients {@code domain} has. */
    Extent extent(Domain domain, RecipientTruth truth) {
        if (truth.openDomains().contains(domain)) {
            return new Extent.Everybody();
        } else if (asked.isPresent()) {
            return new Extent.Asked(asked.get().names());
        }
        int listed = truth.listed(domain);
        return isListed(listed) ? new Extent.Listed(listed) : new Extent.Unlisted();
    }

    /** A recipients file that has nobody of a domain was not written with it in mind, unless somebody says that it was. */
    private boolean isListed(int recipients) {
        return switch (unlisted) {
            case ACCEPT -> recipients > 0;
            case REJECT -> true;
        };
    }

    /**
     * What says that {@code address} exists, or does not. That every domain has a postmaster says nothing here: a domain that
     * nobody knows may have no host that anybody uses, and mail for it would stay.
     */
    RecipientSource source(TableAddress address, RecipientTruth truth) {
        RecipientSource listed = truth.source(address);
        return switch (listed) {
            case INLINE_LIST, RECIPIENTS_FILE, OPEN_IN_FILE -> listed;
            case EVERY_DOMAIN_HAS_IT ->
                truth.listed(address.domain()) > 0 || truth.openDomains().contains(address.domain())
                        ? listed
                        : ofUnlisted(0);
            case ASKED_SOURCES, NO_LIST, NOT_IN_INLINE_LIST, NOT_IN_FILE -> ofUnlisted(truth.listed(address.domain()));
        };
    }

    /** @param recipients of the domain that are */
    private RecipientSource ofUnlisted(int recipients) {
        if (asked.isPresent()) {
            return RecipientSource.ASKED_SOURCES;
        }
        return isListed(recipients) ? RecipientSource.NOT_IN_FILE : RecipientSource.NO_LIST;
    }
}
