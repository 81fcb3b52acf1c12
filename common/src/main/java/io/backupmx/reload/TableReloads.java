package io.backupmx.reload;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigException;
import io.backupmx.route.CheckedConfig;
import io.backupmx.route.ConfigSource;
import io.backupmx.route.ConfiguredRelayTables;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Shrinkage;
import io.backupmx.route.TableChanges;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Loads the relay tables anew and hands them to whoever uses them: all of it or nothing. What cannot be used, or has lost
 * so much that it is more likely broken than meant, leaves the old ones in place. Safe from any thread; blocks while files
 * are read, so not for event loops.
 */
public final class TableReloads {

    private static final Logger LOG = LoggerFactory.getLogger(TableReloads.class);

    /** Of each kind of news in a line of the log. */
    private static final int SHOWN = 20;

    private static final int PROBLEMS_SHOWN = 100;

    /** Who wants the tables loaded. */
    public enum Cause {
        CHANGE,
        SIGNAL,
        COMMAND,
        /** They could not be loaded before; nothing has changed since. */
        AGAIN
    }

    private static final String STOPPING = "the service is stopping";

    private static final String BEING_WRITTEN =
            "a file was written while it was read: it is read again when nobody writes it any more";

    private final ConfigSource source;
    private final Config started;
    private final InstantSource clock;
    private final WatchedFiles files;
    private final List<Consumer<? super ConfiguredRelayTables>> takers = new ArrayList<>();
    private final List<Companion> companions = new ArrayList<>();
    private ConfiguredRelayTables tables;
    private List<String> lastProblems = List.of();
    private List<String> lastWarnings;
    private Optional<String> lastRefused = Optional.empty();
    private volatile TablesInUse inUse;
    private volatile boolean closed;

    /**
     * @param started what the process runs with
     * @param begun when that began to be read
     */
    public TableReloads(CheckedConfig started, ConfigSource source, Instant begun, InstantSource clock) {
        this.source = source;
        this.started = started.config();
        this.lastWarnings = started.warnings();
        this.clock = clock;
        this.files = new WatchedFiles(source);
        this.tables = started.tables();
        this.inUse = new TablesInUse(clock.instant(), tables, false);
        files.wereRead(this.started, Map.of(), begun);
    }

    /** Gives {@code taker} every table that takes the place of those in use; at once, if that has happened. */
    public synchronized void handTo(Consumer<? super ConfiguredRelayTables> taker, RelayTables known) {
        takers.add(taker);
        if (tables != known) {
            taker.accept(tables);
        }
    }

    /** From now on {@code companion} is read anew, too. */
    public synchronized void accompany(Companion companion) {
        companions.add(companion);
    }

    /** What is in use, and since when. */
    public TablesInUse inUse() {
        return inUse;
    }

    /** Reads everything anew. */
    public synchronized ReloadOutcome reload(Cause cause, Confirmation confirmation) {
        if (closed) {
            return new ReloadOutcome.Failed(List.of(STOPPING));
        }
        ReloadOutcome outcome = read(confirmation, true);
        tell(cause, outcome);
        return outcome;
    }

    /** Reads anew what is no table; what is wrong with that, one line each. To follow {@link #reload}, for whoever asked for it. */
    public synchronized List<String> reloadCompanions() {
        return companions.stream()
                .flatMap(companion -> companion.reload().stream())
                .toList();
    }

    /** What {@link #reload} would come to now. Changes nothing. */
    public synchronized ReloadOutcome preview() {
        return read(new Confirmation.None(), false);
    }

    /** The process stops: nothing is loaded any more, and what goes wrong with what is being loaded is nobody's trouble. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** Loads what has changed, once nobody writes it any more. */
    synchronized void look() {
        each(
                () -> {
                    if (files.haveChangedAndSettled()) {
                        reload(Cause.CHANGE, new Confirmation.None());
                    }
                },
                Companion::look);
    }

    /** Tries again what failed: a file system may have been away. */
    synchronized void tryAgain() {
        each(
                () -> {
                    if (!lastProblems.isEmpty()) {
                        reload(Cause.AGAIN, new Confirmation.None());
                    }
                },
                Companion::tryAgain);
    }

    /** Whatever becomes of one, the others have their turn: no table is a reason to let a certificate expire. */
    private void each(Runnable ofTables, Consumer<Companion> ofCompanion) {
        List<Runnable> steps = new ArrayList<>(List.of(ofTables));
        companions.forEach(companion -> steps.add(() -> ofCompanion.accept(companion)));
        InTurn.all(steps);
    }

    private ReloadOutcome read(Confirmation confirmation, boolean use) {
        var before = files.now();
        Instant begun = clock.instant();
        try {
            CheckedConfig fresh = source.load();
            if (!files.now().equals(before)) {
                return new ReloadOutcome.Failed(List.of(BEING_WRITTEN));
            }
            TableChanges changes = TableChanges.between(tables, fresh.tables());
            List<Shrinkage> shrinkages = changes.shrinkages(started.reload().shrinkLimitPercent());
            ReloadOutcome.Refused asIs = new ReloadOutcome.Refused(changes, shrinkages, !isNone(confirmation));
            boolean refused = !shrinkages.isEmpty() && !isConfirmed(confirmation, asIs.code());
            if (refused || use) {
                lastRefused = refused ? Optional.of(asIs.code()) : Optional.empty();
            }
            if (use) {
                files.wereRead(fresh.config(), before, begun);
                lastProblems = List.of();
                if (refused) {
                    inUse = inUse.withFailure();
                } else {
                    use(fresh.tables());
                }
            }
            return refused
                    ? asIs
                    : new ReloadOutcome.Loaded(
                            changes, shrinkages, started.keysToRestartFor(fresh.config()), fresh.warnings());
        } catch (ConfigException e) {
            if (use) {
                files.wereRead(e.usable(), before, begun);
                inUse = inUse.withFailure();
            }
            return new ReloadOutcome.Failed(e.problems());
        } catch (RuntimeException | Error e) {
            if (use) {
                files.wereRead(started, before, begun); // else it would be tried every other second
                inUse = inUse.withFailure();
                lastProblems = List.of(e.toString()); // to be tried again, as whatever else failed
            }
            throw e;
        }
    }

    private static boolean isNone(Confirmation confirmation) {
        return confirmation instanceof Confirmation.None;
    }

    private boolean isConfirmed(Confirmation confirmation, String code) {
        return switch (confirmation) {
            case Confirmation.None _ -> false;
            case Confirmation.OfTheLast _ -> lastRefused.orElse(code).equals(code);
            case Confirmation.Of(String known) -> known.equals(code);
        };
    }

    private void use(ConfiguredRelayTables newer) {
        tables = newer;
        inUse = new TablesInUse(clock.instant(), newer, false);
        for (Consumer<? super ConfiguredRelayTables> taker : takers) {
            try {
                taker.accept(newer);
            } catch (RuntimeException e) {
                inUse = inUse.withFailure();
                LOG.atLevel(trouble()).setCause(e).log("a part does not know the new tables: restart");
            }
        }
    }

    private void tell(Cause cause, ReloadOutcome outcome) {
        switch (outcome) {
            case ReloadOutcome.Loaded loaded -> tell(cause, loaded);
            case ReloadOutcome.Refused refused ->
                LOG.atLevel(trouble())
                        .addKeyValue("cause", cause)
                        .addKeyValue("shrinks", some(refused.shrinkages()))
                        .addKeyValue("confirm", refused.code())
                        .log(
                                "tables not loaded, the old ones stay in use: if that is meant, 'backupmx reload --confirm'");
            case ReloadOutcome.Failed failed -> {
                boolean known = cause == Cause.AGAIN && failed.problems().equals(lastProblems);
                lastProblems = failed.problems();
                LOG.atLevel(known ? Level.DEBUG : trouble())
                        .addKeyValue("cause", cause)
                        .addKeyValue("problems", some(failed.problems(), PROBLEMS_SHOWN))
                        .log("tables not loaded, the old ones stay in use");
            }
        }
    }

    private void tell(Cause cause, ReloadOutcome.Loaded loaded) {
        TableChanges changes = loaded.changes();
        if (!changes.isEmpty() || cause != Cause.CHANGE) {
            LOG.atInfo()
                    .addKeyValue("cause", cause)
                    .addKeyValue("domains_added", some(changes.added()))
                    .addKeyValue("domains_removed", some(changes.removed()))
                    .addKeyValue("domains_rerouted", changes.rerouted().size())
                    .addKeyValue(
                            "addresses_rerouted", changes.addressesRerouted().size())
                    .addKeyValue("recipients_added", changes.addresses().added())
                    .addKeyValue("recipients_removed", changes.addresses().removed())
                    .addKeyValue("routes_new", some(changes.newRoutes()))
                    .addKeyValue("routes_gone", some(changes.goneRoutes()))
                    .addKeyValue(
                            "permit_mx_backup", some(changes.mxBackup().stream().toList()))
                    .log("tables loaded");
        }
        loaded.warnings().stream()
                .filter(warning -> !lastWarnings.contains(warning))
                .forEach(warning -> LOG.atWarn().addKeyValue("warning", warning).log("tables loaded with a warning"));
        lastWarnings = loaded.warnings();
        if (!loaded.needRestart().isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("keys", String.join(", ", loaded.needRestart()))
                    .log("configuration has changed in keys that need a restart");
        }
    }

    /** Parts that are closed know no new tables, and whoever reads is interrupted. */
    private Level trouble() {
        return closed ? Level.DEBUG : Level.ERROR;
    }

    private static String some(List<?> all) {
        return some(all, SHOWN);
    }

    private static String some(List<?> all, int limit) {
        String shown = String.join(
                "; ", all.stream().limit(limit).map(Object::toString).toList());
        return all.size() <= limit ? shown : shown + "; and " + (all.size() - limit) + " more";
    }
}
