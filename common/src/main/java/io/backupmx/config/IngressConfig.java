package io.backupmx.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The SMTP ingress.
 *
 * @param listen {@code address:port}, IPv6 in brackets; port 0 takes a free one
 * @param banner text behind the host name in the greeting (RFC 5321 §4.2), one line of ASCII
 * @param maxMessageBytes announced as SIZE and enforced (RFC 1870)
 * @param maxRecipients per mail; beyond it 452 (RFC 5321 §4.5.3.1.10)
 * @param maxConnections open sessions in all; beyond it 421
 * @param maxConnectionsPerAddress open sessions of one client address, of IPv6 one /64; beyond it 421
 * @param gatewayLimits whether that holds for the address of our own default gateway, too
 * @param trustedNetworks clients from there have no limits of their own; what they may send to whom is as for everybody
 * @param trustedNetworksConfirmed those of them that strangers may well be in, named a second time
 * @param maxErrors replies of 500 and more, and mails told to come again, before 421 ends a session
 * @param maxHops Received headers before a mail is refused as looping (RFC 5321 §6.3)
 * @param commandTimeout silence between commands (RFC 5321 §4.5.3.2.7)
 * @param dataTimeout silence within a content (RFC 5321 §4.5.3.2.5)
 * @param bareLineEnd what a bare CR or LF within a content leads to
 * @param smtputf8 whether addresses and headers beyond ASCII are taken (RFC 6531)
 * @param contentHeapBytes heap for contents in flight, all sessions together; beyond it they go to temporary files
 * @param contentSpillBytes a content larger than this goes to a temporary file
 * @param contentSpillLimitBytes disk for contents in temporary files, all sessions together; beyond it 452
 * @param stopGrace how long sessions past 354 may take to finish at a stop
 * @param sessionTimeout how long a session may last in all, whatever it does
 * @param greetingDelay how long a client that is not trusted waits for its greeting; who talks before it is refused
 * @param maxHeapPercent heap in use after a collection from which on new clients are told to come again
 * @param clientLimits what one client may have of late
 * @param dnsbl lists of clients to refuse mail from
 * @param proxyProtocol who passes clients on to us
 * @param xclientNetworks of proxies that say by XCLIENT and XFORWARD for whom they speak
 * @param etrn who may have mail tried that waits here
 * @param spf what becomes of what senders' domains say of their clients
 * @param rspamd who is asked about contents
 * @param tls whether, where and with what TLS is offered
 */
public record IngressConfig(
        String listen,
        Optional<String> banner,
        long maxMessageBytes,
        int maxRecipients,
        int maxConnections,
        int maxConnectionsPerAddress,
        GatewayLimits gatewayLimits,
        List<String> trustedNetworks,
        List<String> trustedNetworksConfirmed,
        int maxErrors,
        int maxHops,
        Duration commandTimeout,
        Duration dataTimeout,
        BareLineEnd bareLineEnd,
        SmtpUtf8 smtputf8,
        long contentHeapBytes,
        long contentSpillBytes,
        long contentSpillLimitBytes,
        Duration stopGrace,
        Duration sessionTimeout,
        Duration greetingDelay,
        int maxHeapPercent,
        ClientLimitsConfig clientLimits,
        DnsblConfig dnsbl,
        ProxyProtocolConfig proxyProtocol,
        List<String> xclientNetworks,
        EtrnConfig etrn,
        Spf spf,
        RspamdConfig rspamd,
        TlsConfig tls) {

    /** Bare CR and LF in a content are how mail is smuggled past a lax peer. */
    public enum BareLineEnd {
        /** Refuse the mail: 550 5.6.11 (RFC 5321 §2.3.8). */
        REJECT,
        /** Make CRLF of it; the mail is then no longer the sender's to the byte. */
        NORMALIZE
    }

    /** Mail that needs SMTPUTF8 is undeliverable at a primary without it. */
    public enum SmtpUtf8 {
        /** Offer it: the primary takes such mail. */
        OFFER,
        /** Have the sender hear at once that it cannot be sent. */
        OFF
    }

    /** What a domain says of who may send for it (RFC 7208). */
    public enum Spf {
        /** It is not asked. */
        OFF,
        /** The log has it; it decides nothing. */
        RECORD
    }

    /**
     * What holds for clients that come from the address of our default gateway: many clients seem to be one where a
     * container's proxy or a router rewrites their addresses.
     */
    public enum GatewayLimits {
        /** It is many clients: what is limited for each client address is not limited for this one. */
        LIFT,
        /** It is a client like any other. */
        KEEP
    }

    /** With the longest of host names it still fits into a reply line of 512 octets (RFC 5321 §4.5.3.1.5). */
    private static final Pattern BANNER = Pattern.compile("[ -~]{0,200}");

    public static final IngressConfig DEFAULT = new IngressConfig(
            "0.0.0.0:25",
            Optional.empty(),
            50L << 20,
            1000,
            2000,
            100,
            GatewayLimits.LIFT,
            List.of(),
            List.of(),
            20,
            50,
            Duration.ofMinutes(5),
            Duration.ofMinutes(3),
            BareLineEnd.REJECT,
            SmtpUtf8.OFFER,
            128L << 20,
            100L << 10,
            2L << 30,
            Duration.ofSeconds(20),
            Duration.ofHours(2),
            Duration.ZERO,
            90,
            ClientLimitsConfig.DEFAULT,
            DnsblConfig.DEFAULT,
            ProxyProtocolConfig.DEFAULT,
            List.of(),
            EtrnConfig.DEFAULT,
            Spf.OFF,
            RspamdConfig.DEFAULT,
            TlsConfig.DEFAULT);

    public IngressConfig {
        trustedNetworks = List.copyOf(trustedNetworks);
        trustedNetworksConfirmed = List.copyOf(trustedNetworksConfirmed);
        xclientNetworks = List.copyOf(xclientNetworks);
        Ranges ranges = new Ranges();
        TrustedNetworks.judgeNarrow(
                "xclient_networks", xclientNetworks, "whoever is in it may claim to be any client", ranges);
        TrustedNetworks.judge(trustedNetworks, trustedNetworksConfirmed, ranges);
        ranges.checkListen("listen", listen)
                .require(
                        "listen",
                        tls.listen()
                                .flatMap(HostPort::parse)
                                .filter(door -> door.port() > 0)
                                .filter(door -> Optional.of(door).equals(HostPort.parse(listen)))
                                .isEmpty(),
                        listen + " is the address of tls.listen, too: each needs a port of its own")
                .require(
                        "banner",
                        banner.map(BANNER.asMatchPredicate()::test).orElse(true),
                        "is not one line of at most 200 printable ASCII characters")
                .checkSize("max_message_bytes", maxMessageBytes, 64L << 10, 1L << 31)
                .check("max_recipients", maxRecipients, 100, 100_000) // RFC 5321 §4.5.3.1.8: at least 100
                .check("max_connections", maxConnections, 1, 1_000_000)
                .check("max_connections_per_address", maxConnectionsPerAddress, 1, 1_000_000)
                .check("max_errors", maxErrors, 1, 10_000)
                .check("max_hops", maxHops, 10, 1000)
                .check("command_timeout", commandTimeout, Duration.ofSeconds(1), Duration.ofHours(1))
                .check("data_timeout", dataTimeout, Duration.ofSeconds(1), Duration.ofHours(1))
                .checkSize("content_heap_bytes", contentHeapBytes, 1L << 20, 1L << 40)
                .checkSize("content_spill_bytes", contentSpillBytes, 1L << 10, 100L << 10)
                .checkSize("content_spill_limit_bytes", contentSpillLimitBytes, 64L << 10, 1L << 50)
                .require(
                        "content_spill_limit_bytes",
                        contentSpillLimitBytes >= maxMessageBytes,
                        Sizes.format(contentSpillLimitBytes) + " is less than max_message_bytes, "
                                + Sizes.format(maxMessageBytes) + ": the largest mails would never be taken")
                .check("stop_grace", stopGrace, Duration.ZERO, Duration.ofMinutes(10))
                .check("session_timeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofDays(7))
                .check("greeting_delay", greetingDelay, Duration.ZERO, Duration.ofMinutes(1))
                .check("max_heap_percent", maxHeapPercent, 50, 100)
                .enforce();
    }

    /** {@link #trustedNetworks} taken apart. */
    public Networks trusted() {
        return Networks.of(trustedNetworks);
    }

    /** {@link #xclientNetworks} taken apart. */
    public Networks proxies() {
        return Networks.of(xclientNetworks);
    }

    /** This, with other TLS. */
    public IngressConfig with(TlsConfig other) {
        return new IngressConfig(
                listen,
                banner,
                maxMessageBytes,
                maxRecipients,
                maxConnections,
                maxConnectionsPerAddress,
                gatewayLimits,
                trustedNetworks,
                trustedNetworksConfirmed,
                maxErrors,
                maxHops,
                commandTimeout,
                dataTimeout,
                bareLineEnd,
                smtputf8,
                contentHeapBytes,
                contentSpillBytes,
                contentSpillLimitBytes,
                stopGrace,
                sessionTimeout,
                greetingDelay,
                maxHeapPercent,
                clientLimits,
                dnsbl,
                proxyProtocol,
                xclientNetworks,
                etrn,
                spf,
                rspamd,
                other);
    }

    /** Wherever clients connect to. */
    public List<HostPort> listenAddresses() {
        return Stream.concat(Stream.of(listenAddress()), tls.listenAddress().stream())
                .toList();
    }

    /** {@link #listen} taken apart. */
    public HostPort listenAddress() {
        return HostPort.of(listen);
    }
}
