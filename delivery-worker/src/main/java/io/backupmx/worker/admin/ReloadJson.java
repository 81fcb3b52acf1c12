package io.backupmx.worker.admin;

import io.backupmx.reload.ReloadOutcome;
import io.backupmx.reload.TablesInUse;
import io.backupmx.route.TableChanges;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What became of a reload, for the command line and other programs. Of long lists the number, and the first ones. */
final class ReloadJson {

    static final String LOADED = "loaded";
    static final String REFUSED = "refused";
    static final String FAILED = "failed";

    private ReloadJson() {}

    /** @param show how many of each list */
    static JsonObject describe(ReloadOutcome outcome, int show) {
        return switch (outcome) {
            case ReloadOutcome.Loaded loaded ->
                new JsonObject()
                        .put("outcome", LOADED)
                        .put("shrinkages", some(loaded.confirmed(), show))
                        .put("changes", changes(loaded.changes(), show))
                        .put("need_restart", new JsonArray(loaded.needRestart()))
                        .put("warnings", some(loaded.warnings(), show));
            case ReloadOutcome.Refused refused ->
                new JsonObject()
                        .put("outcome", REFUSED)
                        .put("confirm", refused.code())
                        .put("confirmed_another", refused.confirmedAnother())
                        .put("shrinkages", some(refused.shrinkages(), show))
                        .put("changes", changes(refused.changes(), show));
            case ReloadOutcome.Failed failed ->
                new JsonObject().put("outcome", FAILED).put("problems", some(failed.problems(), show));
        };
    }

    static JsonObject describe(TablesInUse tables) {
        return new JsonObject()
                .put("since", tables.since().getEpochSecond())
                .put("domains", tables.domains())
                .put("recipients", tables.recipients())
                .put("stale", tables.stale());
    }

    private static JsonObject changes(TableChanges changes, int show) {
        TableChanges.Addresses addresses = changes.addresses();
        return new JsonObject()
                .put("domains_added", some(changes.added(), show))
                .put("domains_removed", some(changes.removed(), show))
                .put("domains_rerouted", some(changes.rerouted(), show))
                .put("addresses_rerouted", some(changes.addressesRerouted(), show))
                .put("lists_changed", some(changes.lists(), show))
                .put("recipients_added", some(addresses.added(), addresses.someAdded(), show))
                .put("recipients_removed", some(addresses.removed(), addresses.someRemoved(), show))
                .put("routes_new", some(changes.newRoutes(), show))
                .put("routes_gone", some(changes.goneRoutes(), show))
                .put("permit_mx_backup", some(changes.mxBackup().stream().toList(), show));
    }

    private static JsonObject some(List<?> all, int show) {
        return some(all.size(), all, show);
    }

    private static JsonObject some(int count, List<?> first, int show) {
        return new JsonObject()
                .put("count", count)
                .put(
                        "first",
                        new JsonArray(
                                first.stream().limit(show).map(Object::toString).toList()));
    }
}
