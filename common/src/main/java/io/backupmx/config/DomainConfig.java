package io.backupmx.config;

import io.backupmx.smtp.TlsLevel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

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
 * @param hold {@code true}, or for people why: its mail is taken and kept, and not delivered; absent or {@code false}: it is
 * @param tls what connections are to be that its mail goes by; absent: as a domain above
 *     it says, or {@link WorkerConfig#tls}
 * @param retry when its mail is tried again, and given up; absent: as {@link Config#retry} says
 */
public record DomainConfig(
        Optional<String> primary,
        Optional<List<String>> recipients,
        Optional<Subdomains> subdomains,
        Optional<List<String>> recipientSources,
        Optional<UnknownRecipients> unknownRecipients,
        Optional<DeferWhileUp> deferWhileUp,
        Optional<Failures> failures,
        Optional<String> hold,
        Optional<TlsLevel> tls,
        Optional<DomainRetry> retry) {

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

    private static final Set<String> YES = Set.of("true", "yes", "on");
    private static final Set<String> NO = Set.of("false", "no", "off");

    /** It travels into every listing. */
    private static final int MAX_REASON = 200;

    public DomainConfig {
        recipients = recipients.map(List::copyOf);
        recipientSources = recipientSources.map(List::copyOf);
        new Ranges()
                .require(
                        "hold",
                        hold.stream().allMatch(DomainConfig::isLine),
                        "is not one line of up to " + MAX_REASON + " characters")
                .enforce();
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
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static boolean isLine(String text) {
        return text.length() <= MAX_REASON && text.codePoints().noneMatch(Character::isISOControl);
    }

    /** Why its mail is kept, be it an empty text; empty: it is not. */
    public Optional<String> heldFor() {
        return hold.map(String::strip)
                .filter(why -> !NO.contains(why.toLowerCase(Locale.ROOT)))
                .map(why -> YES.contains(why.toLowerCase(Locale.ROOT)) ? "" : why);
    }
}
