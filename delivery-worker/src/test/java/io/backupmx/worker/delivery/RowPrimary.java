package io.backupmx.worker.delivery;

import static io.backupmx.testing.Behaviour.afterOctets;
import static io.backupmx.testing.Behaviour.garbage;
import static io.backupmx.testing.Behaviour.hang;
import static io.backupmx.testing.Behaviour.reset;
import static io.backupmx.testing.Behaviour.say;
import static io.backupmx.testing.Behaviour.sayAndClose;
import static io.backupmx.testing.Behaviour.stall;
import static io.backupmx.testing.Moment.address;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.backupmx.testing.Behaviour;
import io.backupmx.testing.Moment;
import io.backupmx.testing.Phase;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.backupmx.testing.StartTlsServer;
import io.backupmx.testing.TestCertificate;
import io.backupmx.worker.delivery.OutcomeRow.Section;
import java.util.List;
import java.util.function.Predicate;

/** Who plays one {@link OutcomeRow}, to whoever asks, as often as asked. */
interface RowPrimary extends AutoCloseable {

    /** Whom a primary refuses on the connection that is kept. */
    String NOBODY = "nobody@elsewhere.test";

    /** What is under way of a content when something happens to it. */
    long IN_CONTENT = 100_000;

    /** The first and the second are trusted; the second and the third are not for whom they should be. */
    record Certificates(TestCertificate good, TestCertificate forAnother, TestCertificate ofStranger) {}

    int port();

    /** Whether it has a mail for {@code recipient}. */
    boolean took(String recipient);

    /** Of SMTP, by its clients. */
    List<String> violations();

    /** What of the row has not happened yet. */
    List<String> unplayed();

    @Override
    void close();

    static RowPrimary scripted(OutcomeRow row, String tested, int mxPort) {
        ScriptedPrimary primary =
                row.section() == Section.BY_MX ? ScriptedPrimary.on(exchanger(row), mxPort) : ScriptedPrimary.stopped();
        primary.play(script(row, tested));
        if (!row.primaryDoes().equals("nobody there")) {
            primary.start();
        }
        return new Scripted(primary);
    }

    /** The address of the host that a domain of its own has as its mail exchanger. */
    static String exchanger(OutcomeRow row) {
        return "127.0.1." + row.number();
    }

    private static Script script(OutcomeRow row, String tested) {
        Script script = Script.acceptAll().offering(offered(row));
        if (row.section() == Section.KEPT_CONNECTION) {
            script = script.on(Phase.RCPT, address(NOBODY), say("550 5.1.1 No"));
        }
        if (row.at().equals("HELO")) {
            script = script.on(Phase.EHLO, say("502 5.5.1 What?"));
        }
        boolean happens = !row.at().equals("DNS")
                && !row.primaryDoes().equals("nobody there")
                && !row.primaryDoes().startsWith("no ");
        return happens ? script.on(phase(row.at()), when(row, tested), behaviour(row)) : script;
    }

    private static String[] offered(OutcomeRow row) {
        boolean lacks = row.primaryDoes().startsWith("no ");
        String special = switch (row.section()) {
            case TLS_REQUIRED, TLS_VERIFIED -> lacks ? "" : "STARTTLS";
            case PASSWORD -> lacks ? "" : "AUTH PLAIN";
            case BY_SMTP -> row.at().equals("STARTTLS") ? "STARTTLS" : "XFORWARD ADDR";
            case KEPT_CONNECTION, BY_LMTP, SMTPUTF8, REQUIRETLS, OLD, BY_MX -> "";
        };
        return special.isEmpty()
                ? new String[] {"PIPELINING", "8BITMIME"}
                : new String[] {"PIPELINING", "8BITMIME", special};
    }

    private static Phase phase(String at) {
        return switch (at) {
            case "connect" -> Phase.CONNECT;
            case "LHLO" -> Phase.EHLO;
            case "STARTTLS" -> Phase.OTHER;
            case "content" -> Phase.CONTENT;
            case "dot" -> Phase.DOT;
            default -> Phase.valueOf(at);
        };
    }

    private static Predicate<Moment> when(OutcomeRow row, String tested) {
        boolean ofLmtp = row.section() == Section.BY_LMTP;
        if (row.section() == Section.KEPT_CONNECTION) {
            return Moment.connection(1).and(Moment.transaction(1).negate());
        }
        return row.at().equals("RCPT") || (ofLmtp && row.at().equals("dot")) ? address(tested) : _ -> true;
    }

    private static Behaviour behaviour(OutcomeRow row) {
        Behaviour then = switch (row.primaryDoes()) {
            case "connection lost" -> Behaviour.close();
            case "connection reset" -> reset();
            case "silence" -> hang();
            case "reads no further" -> stall();
            case "garbage" -> garbage("what do you want?\r\n".getBytes(ISO_8859_1));
            default -> {
                String reply = row.primaryDoes().replace("`", "");
                boolean last = reply.startsWith("421") || row.at().equals("content");
                yield last ? sayAndClose(reply) : say(reply);
            }
        };
        return row.at().equals("content") ? afterOctets(IN_CONTENT, then) : then;
    }

    /** STARTTLS is taken; what comes then. */
    static RowPrimary byTls(OutcomeRow row, Certificates certificates) {
        return switch (row.primaryDoes()) {
            case "connection lost" -> inTheClear(certificates, StartTlsServer.Behaviour.CLOSING);
            case "connection lost after the handshake" ->
                inTheClear(certificates, StartTlsServer.Behaviour.CLOSING_AFTER);
            case "silence" -> inTheClear(certificates, StartTlsServer.Behaviour.SILENT);
            case "garbage" -> inTheClear(certificates, StartTlsServer.Behaviour.GARBAGE);
            case "a good certificate" -> throughTls(certificates.good());
            case "a certificate for another name" -> throughTls(certificates.forAnother());
            case "a certificate of a stranger" -> throughTls(certificates.ofStranger());
            default -> throw new AssertionError("nobody plays that: " + row);
        };
    }

    private static RowPrimary inTheClear(Certificates certificates, StartTlsServer.Behaviour behaviour) {
        return new ByTls(StartTlsServer.started(certificates.good(), behaviour), "");
    }

    private static RowPrimary throughTls(TestCertificate certificate) {
        return new ByTls(StartTlsServer.started(certificate, StartTlsServer.Behaviour.GOOD), "TLS ");
    }

    /** By a script. */
    record Scripted(ScriptedPrimary primary) implements RowPrimary {

        @Override
        public int port() {
            return primary.port();
        }

        @Override
        public boolean took(String recipient) {
            return primary.mails().stream()
                    .anyMatch(mail -> mail.accepted() && mail.recipients().contains(recipient));
        }

        @Override
        public List<String> violations() {
            return primary.violations();
        }

        @Override
        public List<String> unplayed() {
            return primary.unplayed();
        }

        @Override
        public void close() {
            primary.close();
        }
    }

    /**
     * Which takes all that it is given.
     *
     * @param through what its mail comes through: {@code "TLS "}, or in the clear, where TLS fails, nothing
     */
    record ByTls(StartTlsServer server, String through) implements RowPrimary {

        @Override
        public int port() {
            return server.port();
        }

        @Override
        public boolean took(String recipient) {
            List<String> said = server.said();
            return said.contains(through + "RCPT TO:<" + recipient + ">") && said.contains(through + ".");
        }

        @Override
        public List<String> violations() {
            return List.of();
        }

        @Override
        public List<String> unplayed() {
            return server.hasPlayed() ? List.of() : List.of("TLS");
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
