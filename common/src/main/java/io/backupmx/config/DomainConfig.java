package io.backupmx.config;

import io.backupmx.smtp.TlsLevel;
import java.util.List;
import java.util.Optional;

/**
 * One backed-up domain.
 *
 * @param primary where its mail goes, {@code host}, {@code host:port}, {@code [host]:port}, or {@code mx} for its MX
 *     records; without it the transport file must name it
 * @param recipients the local parts or addresses that exist; absent: the recipients file decides, and without one every
 *     address is taken
 * @param subdomains absent: they are refused
 * @param recipientSources who is asked, in this order, about recipients that neither list has; the names of
 *     {@link RecipientSourcesConfig}
 * @param unknownRecipients absent: senders are told to come again
 * @param deferWhileUp absent: nobody is
 * @param failures whose sender is told of mail that failed; absent: as {@code reports.failures} says
 * @param tls what connections are to be that its mail goes by; absent: as a domain above
 *     it says, or {@link WorkerConfig#tls}
 */
public record DomainConfig(
        Optional<String> primary,
        Optional<List<String>> recipients,
        Optional<Subdomains> subdomains,
        Optional<List<String>> recipientSources,
        Optional<UnknownRecipients> unknownRecipients,
        Optional<DeferWhileUp> deferWhileUp,
        Optional<Failures> failures,
        Optional<TlsLevel> tls) {

    /** Who is told to come again while the primary is up, and so can have that mail itself. */
    public enum DeferWhileUp {
        OFF,
        /** Everybody, once. */
        ALL
    }

    /** What becomes of mail for the domain's subdomains. */
    public enum Subdomains {
        /** They are other people's, as when nothing is said. */
        REFUSE,
        /** They are backed up, too; the primary is theirs unless the transport file has a line for them. */
        ACCEPT
    }

    public DomainConfig {
        recipients = recipients.map(List::copyOf);
        recipientSources = recipientSources.map(List::copyOf);
    }

    /** Without its subdomains. */
    public DomainConfig(Optional<String> primary, Optional<List<String>> recipients) {
        this(primary, recipients, Optional.empty());
    }

    /** Nobody else is asked. */
    public DomainConfig(Optional<String> primary, Optional<List<String>> recipients, Optional<Subdomains> subdomains) {
        this(
                primary,
                recipients,
                subdomains,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }
}
