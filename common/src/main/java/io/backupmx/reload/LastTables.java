package io.backupmx.reload;

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
 * How many recipients each domain had in the tables that the service used last, in a file of its data directory. A start takes
 * the tables as they are, whatever is gone; but then it can say so. Lines of a domain, a kind and a figure, with tabs between.
 */
public final class LastTables {

    private static final Logger LOG = LoggerFactory.getLogger(LastTables.class);

    private static final String EVERYBODY = "everybody";
    private static final String ASKED = "asked";
    private static final String LISTED = "listed";
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
                    .forEach(fields -> Domain.parse(fields[0])
                            .ifPresent(domain -> extent(fields[1], fields[2])
                                    .flatMap(before -> now.shrinkage(domain, before, shrinkLimitPercent))
                                    .ifPresent(gone::add)));
        } catch (IOException | UncheckedIOException e) {
            LOG.atWarn().setCause(e).log("not known what the tables were when they were used last");
        }
        return gone;
    }

    /** These are in use now. What goes wrong is logged. */
    public void remember(ConfiguredRelayTables tables) {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try {
            Files.write(
                    fresh,
                    tables.domains().stream()
                            .map(domain -> line(domain, tables))
                            .toList());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("what the tables are is not written down for the next start");
        }
    }

    private static String line(Domain domain, ConfiguredRelayTables tables) {
        return domain + "\t"
                + switch (tables.extent(domain).orElseThrow()) {
                    case Extent.Everybody _ -> EVERYBODY + "\t";
                    case Extent.Asked(List<String> sources) -> ASKED + "\t" + String.join(",", sources);
                    case Extent.Listed(int recipients) -> LISTED + "\t" + recipients;
                };
    }

    /** Empty: not of this version. */
    private static Optional<Extent> extent(String kind, String figure) {
        return switch (kind) {
            case EVERYBODY -> Optional.of(new Extent.Everybody());
            case ASKED -> Optional.of(new Extent.Asked(Arrays.asList(figure.split(",", -1))));
            case LISTED ->
                figure.matches("[0-9]{1,9}")
                        ? Optional.of(new Extent.Listed(Integer.parseInt(figure)))
                        : Optional.empty();
            default -> Optional.empty();
        };
    }
}
