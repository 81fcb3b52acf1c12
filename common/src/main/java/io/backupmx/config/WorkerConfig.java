package io.backupmx.config;

import io.backupmx.smtp.TlsLevel;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The delivery worker.
 *
 * @param maxConnectionsPerRoute deliveries at once to one route, of all workers together
 * @param tls what connections are to be, where a domain says nothing of that
 * @param tlsCaFile whose certificates are believed, in PEM; those the JVM trusts when empty
 * @param mtaSts whether domains have a say in what connections to their mail exchangers are to be
 * @param connectTimeout until a TCP connection stands, for each address
 * @param greetingTimeout until 220 (RFC 5321 §4.5.3.2.1)
 * @param commandTimeout for EHLO, HELO, RSET, QUIT
 * @param mailTimeout for MAIL (§4.5.3.2.2)
 * @param recipientTimeout for RCPT (§4.5.3.2.3)
 * @param dataTimeout for 354 (§4.5.3.2.4)
 * @param dataBlockTimeout for each block of content to leave (§4.5.3.2.5)
 * @param finalDotTimeout for the reply to the final dot (§4.5.3.2.6)
 * @param idleTimeout how long an unused connection to a next hop is kept for the next mail
 * @param mailsPerConnection mails before a connection is closed and made anew
 * @param probeInterval between probes of a next hop that gives no TCP answer, in the first hour
 * @param probeIntervalLater the interval it grows to after that
 * @param probeUnhealthy first interval between probes of a next hop that answers, but not well
 * @param probeUnhealthyMax the interval it grows to
 * @param stopGrace how long deliveries in progress may take to end at a stop
 * @param xforward whether next hops that offer XFORWARD are told whom a mail came from
 * @param credentials a file in the form of Postfix' {@code smtp_sasl_password_maps}: next hops that want to know who we are
 * @param authInClear whether passwords may be sent without TLS
 * @param bindAddress our addresses to connect from, one of each family at most
 */
public record WorkerConfig(
        int maxConnectionsPerRoute,
        TlsLevel tls,
        Optional<Path> tlsCaFile,
        MtaSts mtaSts,
        Duration connectTimeout,
        Duration greetingTimeout,
        Duration commandTimeout,
        Duration mailTimeout,
        Duration recipientTimeout,
        Duration dataTimeout,
        Duration dataBlockTimeout,
        Duration finalDotTimeout,
        Duration idleTimeout,
        int mailsPerConnection,
        Duration probeInterval,
        Duration probeIntervalLater,
        Duration probeUnhealthy,
        Duration probeUnhealthyMax,
        Duration stopGrace,
        XForward xforward,
        Optional<Path> credentials,
        AuthInClear authInClear,
        List<String> bindAddress) {

    /** Whether next hops are told whom a mail came from (Postfix' XFORWARD_README). */
    public enum XForward {
        OFF,
        WHEN_OFFERED
    }

    /** Whether a password may be sent without TLS. */
    public enum AuthInClear {
        REFUSE,
        ALLOW
    }

    /** What a domain's policy is worth (RFC 8461). */
    public enum MtaSts {
        /** Nothing. */
        IGNORED,
        /** Mail goes only where it says, and only encrypted. */
        FOLLOWED
    }

    // Above DEFAULT, whose constructor needs them.
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    public static final WorkerConfig DEFAULT = new WorkerConfig(
            20,
            TlsLevel.OPPORTUNISTIC,
            Optional.empty(),
            MtaSts.IGNORED,
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(10),
            Duration.ofSeconds(5),
            1000,
            Duration.ofMillis(1500),
            Duration.ofSeconds(15),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            XForward.WHEN_OFFERED,
            Optional.empty(),
            AuthInClear.REFUSE,
            List.of());

    public WorkerConfig {
        bindAddress = List.copyOf(bindAddress);
        new Ranges()
                .check("max_connections_per_route", maxConnectionsPerRoute, 1, 1000)
                .check("connect_timeout", connectTimeout, SECOND, HOUR)
                .check("greeting_timeout", greetingTimeout, SECOND, HOUR)
                .check("command_timeout", commandTimeout, SECOND, HOUR)
                .check("mail_timeout", mailTimeout, SECOND, HOUR)
                .check("recipient_timeout", recipientTimeout, SECOND, HOUR)
                .check("data_timeout", dataTimeout, SECOND, HOUR)
                .check("data_block_timeout", dataBlockTimeout, SECOND, HOUR)
                .check("final_dot_timeout", finalDotTimeout, SECOND, HOUR)
                .check("idle_timeout", idleTimeout, Duration.ZERO, HOUR)
                .check("mails_per_connection", mailsPerConnection, 1, 1_000_000)
                .check("probe_interval", probeInterval, Duration.ofMillis(500), HOUR)
                .check("probe_interval_later", probeIntervalLater, Duration.ofMillis(500), HOUR)
                .check("probe_unhealthy", probeUnhealthy, Duration.ofMillis(500), HOUR)
                .check("probe_unhealthy_max", probeUnhealthyMax, Duration.ofMillis(500), HOUR)
                .check("stop_grace", stopGrace, Duration.ZERO, Duration.ofMinutes(30))
                .require(
                        "bind_address",
                        bindAddress.stream().allMatch(WorkerConfig::isAddress),
                        "holds what is no IP address: " + String.join(", ", bindAddress))
                .require(
                        "bind_address",
                        bindAddress.stream().filter(one -> one.contains(":")).count() <= 1
                                && bindAddress.stream()
                                                .filter(one -> !one.contains(":"))
                                                .count()
                                        <= 1,
                        "has two addresses of one family: one IPv4 and one IPv6 address at most")
                .enforce();
    }

    /** {@code bindAddress}, read. */
    public List<InetAddress> bindAddresses() {
        return bindAddress.stream().map(InetAddress::ofLiteral).toList();
    }

    private static boolean isAddress(String text) {
        try {
            return !InetAddress.ofLiteral(text).getHostAddress().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
