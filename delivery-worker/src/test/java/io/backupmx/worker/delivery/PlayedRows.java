package io.backupmx.worker.delivery;

import static io.backupmx.worker.delivery.WorkerRig.LONG;
import static org.awaitility.Awaitility.await;

import io.backupmx.config.DnsConfig;
import io.backupmx.config.Failures;
import io.backupmx.config.MxConfig;
import io.backupmx.route.NextHop;
import io.backupmx.route.NextHopCredentials;
import io.backupmx.route.Route;
import io.backupmx.route.TlsLevels;
import io.backupmx.smtp.TlsLevel;
import io.backupmx.testing.FakeDns;
import io.backupmx.testing.Ports;
import io.backupmx.testing.TestCertificate;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.delivery.OutcomeRow.Section;
import io.backupmx.worker.delivery.WorkerRig.Settings;
import io.backupmx.worker.delivery.WorkerRig.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Rows of docs/outcomes.md: every one with a primary of its own, all routes of one worker, and all at once. */
final class PlayedRows implements AutoCloseable {

    /** Of a machine on which all of it happens at once. */
    private static final Duration IMPATIENT = Duration.ofSeconds(5);

    /** So that what is down, or left alone, stays so until it was looked at. */
    static final Duration NOT_AGAIN = Duration.ofHours(1);

    private final int mxPort = Ports.free();
    private final FakeDns dns = FakeDns.started();
    private final List<PlayedRow> rows;
    private final WorkerRig rig;

    /**
     * @param directory for files of the worker's
     * @param connections to each route
     * @param mxAgain until a host behind MX records that was busy or down is tried again
     * @param failures who is told of mail that failed
     */
    PlayedRows(Path directory, Predicate<OutcomeRow> which, int connections, Duration mxAgain, Failures failures) {
        RowPrimary.Certificates certificates = new RowPrimary.Certificates(
                TestCertificate.of("localhost"), TestCertificate.of("other.test"), TestCertificate.of("localhost"));
        rows = OutcomeRow.all().stream()
                .filter(which)
                .map(row -> new PlayedRow(row, mxPort, certificates))
                .toList();
        rows.forEach(row -> publish(row.row()));
        Settings settings = Settings.usual()
                .withConnections(connections)
                .withTimeouts(IMPATIENT, IMPATIENT)
                .withReuse(LONG, 1000)
                .withProbes(NOT_AGAIN, NOT_AGAIN);
        rig = WorkerRig.of(
                settings.config(
                        new MxConfig(List.of(), mxPort, connections, mxAgain, mxAgain),
                        new DnsConfig(List.of(dns.address()), Duration.ofSeconds(1)),
                        failures,
                        Optional.of(authorities(directory, certificates))),
                new Tables(
                        rows.stream().map(PlayedRow::route).collect(Collectors.toCollection(LinkedHashSet::new)),
                        new TlsLevels(TlsLevel.OPPORTUNISTIC, levels(), Map.of())),
                new NextHopCredentials(Optional.of(passwords(directory))));
    }

    private void publish(OutcomeRow row) {
        String domain = PlayedRow.domain(row);
        if (row.section() != Section.BY_MX) {
            return;
        }
        switch (row.at().equals("DNS") ? row.primaryDoes() : "") {
            case "null MX" -> dns.mx(domain, 0, ".");
            case "no such domain" -> {}
            case "silence" -> dns.isSilentOn(domain);
            case "SERVFAIL" -> dns.fails(domain);
            case "" -> dns.mx(domain, 10, "mx." + domain).address("mx." + domain, RowPrimary.exchanger(row));
            default -> throw new AssertionError("nobody plays that: " + row);
        }
    }

    private static Path authorities(Path directory, RowPrimary.Certificates certificates) {
        try {
            return Files.writeString(
                    directory.resolve("authorities.pem"),
                    Files.readString(certificates.good().writeCertificate(directory.resolve("good.pem")))
                            + Files.readString(
                                    certificates.forAnother().writeCertificate(directory.resolve("another.pem"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<NextHop, TlsLevel> levels() {
        Map<NextHop, TlsLevel> levels = new HashMap<>();
        for (PlayedRow row : rows) {
            if (row.route() instanceof Route.Hosts(List<NextHop> hops)) {
                switch (row.row().section()) {
                    case TLS_REQUIRED -> levels.put(hops.getFirst(), TlsLevel.REQUIRED);
                    case TLS_VERIFIED -> levels.put(hops.getFirst(), TlsLevel.VERIFY);
                    case BY_SMTP, KEPT_CONNECTION, PASSWORD, BY_LMTP, SMTPUTF8, REQUIRETLS, OLD, BY_MX -> {}
                }
            }
        }
        return levels;
    }

    private Path passwords(Path directory) {
        try {
            Path file = Files.createFile(
                    directory.resolve("passwords"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return Files.writeString(
                    file,
                    rows.stream()
                            .filter(row -> row.row().section() == Section.PASSWORD)
                            .map(row -> "[127.0.0.1]:" + row.primary().port() + " backup:secret\n")
                            .collect(Collectors.joining()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<PlayedRow> rows() {
        return rows;
    }

    WorkerRig rig() {
        return rig;
    }

    FakeDns dns() {
        return dns;
    }

    int mxPort() {
        return mxPort;
    }

    /** What has to be there before the rows' own mails may come. */
    void begin() {
        rows.forEach(row -> row.storeFirst(rig.spool()));
        await().atMost(LONG).until(() -> rows.stream().allMatch(row -> row.isReady(rig.spool())));
    }

    RouteStatus.State state(PlayedRow row) {
        return states().get(row.route());
    }

    Map<Route, RouteStatus.State> states() {
        return rig.worker().routes().stream().collect(Collectors.toMap(RouteStatus::route, RouteStatus::state));
    }

    /** As far as they are of any row. */
    Set<Section> sections() {
        return rows.stream().map(row -> row.row().section()).collect(Collectors.toSet());
    }

    @Override
    public void close() {
        rig.close();
        rows.forEach(PlayedRow::close);
        dns.close();
    }
}
