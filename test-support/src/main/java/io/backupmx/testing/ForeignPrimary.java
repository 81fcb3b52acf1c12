package io.backupmx.testing;

import java.nio.file.Path;
import java.util.List;

/**
 * A mail server that cannot be installed beside Postfix, as the primary MX of some domains: takes their mail for some users,
 * into one Maildir, on 127.0.0.1 and on {@link #ADDRESS}. Clients without a name it takes for strangers, but for those that it
 * was told of. Needs root, as such servers do.
 */
public sealed interface ForeignPrimary extends AutoCloseable permits EximPrimary, OpenSmtpdPrimary {

    /** Not 127.0.0.1, which OpenSMTPD takes for its own machine, and completes headers. */
    String ADDRESS = "127.0.0.2";

    /** Whose mail it takes. */
    String USER = "bob";

    /** Of whom it says 450 4.2.1. */
    String LATER = "later";

    /**
     * What it is to be.
     *
     * @param certificate with its key, as {@link TestAuthority#issue} has it
     * @param told lines of configuration that let it know its backup
     */
    record Setup(List<String> domains, Path certificate, List<String> told) {

        public Setup {
            domains = List.copyOf(domains);
            told = List.copyOf(told);
        }
    }

    /** On {@link #ADDRESS}. */
    int port();

    /** Starts it, again if need be, with the mail it had; returns when it accepts connections. */
    void start();

    /** Stops it: nobody listens on its port. */
    void stop();

    /** The mails as they came over SMTP, lines ending with CRLF, oldest first. */
    List<byte[]> received();

    /** What it has said of all that, in all its lives. */
    String log();

    /** Stops it; nothing is left of it. */
    @Override
    void close();
}
