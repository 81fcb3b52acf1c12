package io.backupmx.reload;

import io.backupmx.config.Network;
import io.backupmx.config.Networks;
import io.backupmx.route.ConfiguredRelayTables;
import io.backupmx.route.Extent;
import io.backupmx.route.Shrinkage;
import io.backupmx.smtp.Domain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many recipients each domain had in the tables that the service used last, and within which networks MX records made others
 * ours, in a file of its data directory. A start takes the tables as they are, whatever is gone; but then it can say so. Lines of
 * a domain, a kind and a figure, with tabs between; a domain that its MX records may make ours has a kind that says so, and the
 * networks have the name of their section.
 */
public final class LastTables {

    private static final Logger LOG = LoggerFactory.getLogger(LastTables.class);

    private static final String EVERYBODY = "everybody";
    private static final String ASKED = "asked";
    private static final String LISTED = "listed";
    private static final String UNLISTED = "unlisted";
    private static final String IF_MX_BACKUP = "if-mx-backup:";
    private static final String MX_BACKUP = "permit_mx_backup";
    private static final String NETWORKS = "networks";
    private static final int SHOWN = 20;

    private final Path file;

    public LastTables(Path file) {
        this.file = file;
    }

    /** Says what is gone in {@code now} that would not have been taken without an operator's word while the service ran. */
    public void compare(ConfiguredRelayTables now, int shrinkLimitPercent) {
        List<Shrinkage> gone = shrinkages(now, shrinkLimitPercent);
        if (!gone.isEmpty()) {
            LOG.atError()
                    .addKeyValue("domains", gone.size())
                    .addKeyValue(
                            "shrinks",
                            String.join(
                                    "; ",
                                    gone.stream()
                                            .limit(SHOWN)
                                            .map(Shrinkage::toString)
                                            .toList()))
                    .log(
                            "started with tables that have lost much since they were used last: whoever is gone is refused");
        }
    }

    /** Each domain that is gone, or has lost more than the limit; as far as figures tell. */
    List<Shrinkage> shrinkages(ConfiguredRelayTables now, int shrinkLimitPercent) {
        List<Shrinkage> gone = new ArrayList<>();
        try (Stream<String> lines = Files.exists(file) ? Files.lines(file) : Stream.empty()) {
            lines.map(line -> line.split("\t", 3))
                    .filter(fields -> fields.length == 3)
                    .flatMap(fields -> shrinkage(fields[0], fields[1], fields[2], now, shrinkLimitPercent).stream())
                    .forEach(gone::add);
        } catch (IOException | UncheckedIOException e) {
            LOG.atWarn().setCause(e).log("not known what the tables were when they were used last");
        }
        return gone;
    }

    private static Optional<Shrinkage> shrinkage(
            String name, String kind, String figure, ConfiguredRelayTables now, int limitPercent) {
        if (name.equals(MX_BACKUP) && kind.equals(NETWORKS)) {
            return networks(figure).flatMap(before -> Shrinkage.ofNetworks(before, now.mxBackupNetworks()));
        }
        boolean wasConfigured = !kind.startsWith(IF_MX_BACKUP);
        Optional<Extent> before = extent(wasConfigured ? kind : kind.substring(IF_MX_BACKUP.length()), figure);
        return Domain.parse(name)
                .flatMap(domain -> before.flatMap(had -> {
                    Optional<Extent> has = now.extent(domain)
                            .or(() -> wasConfigured ? Optional.empty() : now.extentIfMxBackup(domain));
                    return wasConfigured || has.isPresent() // else the networks are gone, which has a line of its own
                            ? Shrinkage.byFigures(domain, had, has, limitPercent)
                            : Optional.empty();
                }));
    }

    private static Optional<Networks> networks(String figure) {
        List<Network> all = Arrays.stream(figure.split(", ", -1))
                .flatMap(text -> Network.parse(text).stream())
                .toList();
        return all.isEmpty() ? Optional.empty() : Optional.of(new Networks(all));
    }

    /** These are in use now. What goes wrong is logged. */
    public void remember(ConfiguredRelayTables tables) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(
                    fresh,
                    Stream.concat(
                                    tables
                                            .mxBackupNetworks()
                                            .map(networks -> MX_BACKUP + "\t" + NETWORKS + "\t" + networks)
                                            .stream(),
                                    tables.domainsWithExtent().stream().map(domain -> line(domain, tables)))
                            .toList());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("what the tables are is not written down for the next start");
        }
    }

    private static String line(Domain domain, ConfiguredRelayTables tables) {
        Optional<Extent> configured = tables.extent(domain);
        return domain + "\t" + (configured.isPresent() ? "" : IF_MX_BACKUP)
                + switch (configured.or(() -> tables.extentIfMxBackup(domain)).orElseThrow()) {
                    case Extent.Everybody _ -> EVERYBODY + "\t";
                    case Extent.Unlisted _ -> UNLISTED + "\t";
                    case Extent.Asked(List<String> sources) -> ASKED + "\t" + String.join(",", sources);
                    case Extent.Listed(int recipients) -> LISTED + "\t" + recipients;
                };
    }

    /** Empty: not of this version. */
    private static Optional<Extent> extent(String kind, String figure) {
        return switch (kind) {
            case EVERYBODY -> Optional.of(new Extent.Everybody());
            case UNLISTED -> Optional.of(new Extent.Unlisted());
            case ASKED -> Optional.of(new Extent.Asked(Arrays.asList(figure.split(",", -1))));
            case LISTED ->
                figure.matches("[0-9]{1,9}")
                        ? Optional.of(new Extent.Listed(Integer.parseInt(figure)))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }
}
