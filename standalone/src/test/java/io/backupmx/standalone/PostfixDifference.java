package io.backupmx.standalone;

import io.backupmx.standalone.PostfixParityIT.Setup;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Where we answer otherwise than Postfix, on purpose. Each has its paragraph in docs/postfix.md. */
enum PostfixDifference {
    /** postmaster and abuse of our domains are always taken (RFC 5321 §4.5.1, RFC 2142 §4). */
    ROLES(EnumSet.complementOf(EnumSet.of(Setup.EVERY_ADDRESS)), "(postmaster|abuse)@.*", "5\\.1\\.1", "2\\.1\\.5"),

    /** So is postmaster with an extension, once that is taken off. */
    ROLES_WITH_EXTENSION(EnumSet.of(Setup.FULL), "postmaster\\+x@.*", "5\\.1\\.1", "2\\.1\\.5"),

    /** A name without a domain is a syntax error (RFC 5321 §4.1.1.3) unless it is postmaster; Postfix adds its own domain. */
    WITHOUT_DOMAIN(EnumSet.allOf(Setup.class), "alice", "[45]\\.[17]\\.1", "5\\.1\\.3"),

    /** Two @ without quotes are a syntax error; Postfix takes what is before the last one for a local part. */
    TWO_ATS(EnumSet.allOf(Setup.class), ".*@example\\.org@other\\.test", "[45]\\.7\\.1", "5\\.1\\.3"),

    /** Nobody has a mailbox on a backup MX; Postfix has those of its machine's users. */
    ADDRESS_LITERALS(EnumSet.allOf(Setup.class), ".*@\\[127\\.0\\.0\\.1\\]", "5\\.1\\.1|2\\.1\\.5", "5\\.7\\.1"),

    /** So it has at its own name where that is in mydestination. */
    OWN_NAME(EnumSet.of(Setup.TUTORIAL), ".*@secondary\\.example", "5\\.1\\.1|2\\.1\\.5", "5\\.7\\.1"),

    /** Postfix takes answers to its own probes of addresses (address_verify_sender); we send none. */
    PROBE_SENDER(
            EnumSet.complementOf(EnumSet.of(Setup.TUTORIAL)),
            "double-bounce@secondary\\.example",
            "2\\.1\\.5",
            "5\\.7\\.1"),

    /** A subdomain that no line of the transport table is about is no relay domain; Postfix would look up its MX records. */
    SUBDOMAINS_WITHOUT_ROUTE(
            EnumSet.of(Setup.TUTORIAL, Setup.FULL),
            ".*@.*\\.(example\\.org|example\\.net|error\\.test)\\.?",
            "5\\.1\\.1|2\\.1\\.5",
            "5\\.7\\.1"),

    /** Whoever lists such an address means it; Postfix denies it whatever is listed (allow_untrusted_routing). */
    LISTED_ROUTING(
            EnumSet.complementOf(EnumSet.of(Setup.EVERY_ADDRESS)),
            "listed%route@example\\.org\\.?",
            "[45]\\.7\\.1",
            "2\\.1\\.5"),

    /** defer_unauth_destination, which a stock Postfix has, tells a sender to come again; we say no at once. */
    RELAY_DENIED_FOR_GOOD(EnumSet.of(Setup.STOCK_RELAY_RESTRICTIONS), ".*", "4\\.7\\.1", "5\\.7\\.1"),
    ;

    private final Set<Setup> setups;
    private final Pattern recipients;
    private final Pattern theirs;
    private final Pattern ours;

    PostfixDifference(Set<Setup> setups, String recipients, String theirs, String ours) {
        this.setups = setups;
        this.recipients = Pattern.compile(recipients, Pattern.CASE_INSENSITIVE);
        this.theirs = Pattern.compile(theirs);
        this.ours = Pattern.compile(ours);
    }

    static Optional<PostfixDifference> between(Setup setup, String recipient, String theirs, String ours) {
        return Arrays.stream(values())
                .filter(difference -> difference.setups.contains(setup)
                        && difference.recipients.matcher(recipient).matches()
                        && difference.theirs.matcher(theirs).matches()
                        && difference.ours.matcher(ours).matches())
                .findFirst();
    }

    /** Those that {@code setup} has to show. */
    static Set<PostfixDifference> of(Setup setup) {
        Set<PostfixDifference> all = EnumSet.noneOf(PostfixDifference.class);
        Arrays.stream(values())
                .filter(difference -> difference.setups.contains(setup))
                .forEach(all::add);
        return all;
    }
}
