package io.backupmx.smtp.client;

import java.util.List;
import java.util.Locale;

/** What one connection has to be before mail goes over it. */
public sealed interface TlsDemand {

    /** Where a demand comes from. */
    enum Policy {
        /** Nobody demands anything. */
        NONE,
        /** TLS with whatever certificate. */
        REQUIRED,
        /** A certificate that can be verified. */
        VERIFY,
        /** TLSA records (RFC 7672). */
        TLSA,
        /** What the domain says of its mail exchangers (MTA-STS, RFC 8461). */
        STS;

        /** In metrics. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** In the clear. */
    record Clear() implements TlsDemand {

        @Override
        public Policy policy() {
            return Policy.NONE;
        }
    }

    /** TLS if it can be had. */
    record Opportunistic() implements TlsDemand {

        @Override
        public Policy policy() {
            return Policy.NONE;
        }
    }

    /** TLS, with whatever certificate. */
    record Encrypted() implements TlsDemand {

        @Override
        public Policy policy() {
            return Policy.REQUIRED;
        }
    }

    /**
     * A certificate for one of {@code names} that leads to somebody who is trusted.
     *
     * @param names of hosts, or an address; one at least, the first of which is asked for (SNI)
     */
    record Verified(List<String> names, Policy policy) implements TlsDemand {
        public Verified {
            names = List.copyOf(names);
        }

        /** As the configuration says. */
        public Verified(List<String> names) {
            this(names, Policy.VERIFY);
        }
    }

    /**
     * What the DNS says of the certificate (RFC 7672 §3); where none of the records is usable, TLS with whatever certificate
     * (§2.2).
     *
     * @param records all of them, one at least
     * @param names that a certificate may be for where its issuer is named; the first, the TLSA base domain, is asked for (§8.1)
     */
    record Dane(List<TlsaRecord> records, List<String> names) implements TlsDemand {
        public Dane {
            records = List.copyOf(records);
            names = List.copyOf(names);
        }

        @Override
        public Policy policy() {
            return Policy.TLSA;
        }
    }

    /**
     * Nothing that it could be, or it cannot be found out now: there is no connection.
     *
     * @param why for people
     */
    record Never(Policy policy, TlsResult result, String why) implements TlsDemand {

        /** Because of a DNS that does not answer, or lies. */
        public static Never unknown(String why) {
            return new Never(Policy.TLSA, TlsResult.DNSSEC_INVALID, why);
        }
    }

    Policy policy();
}
