package io.backupmx.worker.cluster;

import io.backupmx.cluster.ClusterBus;
import io.backupmx.route.Route;
import io.backupmx.spool.ListedMail;
import io.backupmx.spool.SpoolException;
import io.backupmx.worker.InFlightMail;
import io.backupmx.worker.RouteStatus;
import io.backupmx.worker.gate.GateEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Carries what operators say and ask to the workers it concerns, and the answers back. No answer in time is said so to whom
 * wanted something done; to whom wanted a list, the others' parts are enough.
 */
final class Switchboard {

    private static final Duration OPERATOR_PATIENCE = Duration.ofSeconds(5);
    private static final Duration LISTING_PATIENCE = Duration.ofMillis(600);

    private final ClusterBus bus;
    private final Crew crew;
    private final Supplier<Roster> roster;
    private final Function<Route, Optional<KeptRoute>> kept;
    private final Function<Route, Integer> shardOf;
    private final Calls calls = new Calls();

    Switchboard(
            ClusterBus bus,
            Crew crew,
            Supplier<Roster> roster,
            Function<Route, Optional<KeptRoute>> kept,
            Function<Route, Integer> shardOf) {
        this.bus = bus;
        this.crew = crew;
        this.roster = roster;
        this.kept = kept;
        this.shardOf = shardOf;
    }

    CompletionStage<RouteStatus> hold(Route route, String reason) {
        return steer(
                route,
                new GateEvent.Hold(reason),
                new JsonObject().put("type", "hold").put("reason", reason));
    }

    CompletionStage<RouteStatus> release(Route route) {
        return steer(route, new GateEvent.Release(), new JsonObject().put("type", "release"));
    }

    private CompletionStage<RouteStatus> steer(Route route, GateEvent event, JsonObject message) {
        Optional<KeptRoute> own = kept.apply(route);
        if (own.isPresent()) {
            return own.get().steer(event).thenApply(facts -> facts.status(0));
        }
        Optional<String> other = roster.get().keeperOf(shardOf.apply(route));
        if (other.isEmpty()) {
            return CompletableFuture.failedFuture(nobody());
        }
        Calls.Asked asked = calls.ask(1, OPERATOR_PATIENCE);
        bus.send(
                other.get(),
                message.put("id", asked.id()).put("route", route.toString()).encode());
        return asked.answers()
                .thenApply(answers -> answers.stream()
                        .findFirst()
                        .map(Switchboard::facts)
                        .orElseThrow(Switchboard::nobody)
                        .status(0));
    }

    private static SpoolException nobody() {
        return new SpoolException(
                SpoolException.Kind.UNAVAILABLE,
                "the worker that keeps this route does not answer now; look at the route, and try again");
    }

    private static Facts facts(JsonObject answer) {
        return Optional.ofNullable(answer.getString("facts"))
                .flatMap(Facts::parse)
                .orElseThrow(() -> Optional.ofNullable(answer.getString("failed"))
                        .map(why -> new SpoolException(SpoolException.Kind.UNAVAILABLE, why))
                        .orElseGet(Switchboard::nobody));
    }

    /** What the other workers have in hand, as far as they say so in time. */
    CompletionStage<List<InFlightMail>> inFlightElsewhere() {
        return askOthers("in_flight?")
                .thenApply(lists -> lists.stream()
                        .flatMap(mails -> InFlightJson.read(mails).stream())
                        .toList());
    }

    /** What the other workers hold until it is due, as far as they say so in time. */
    CompletionStage<List<ListedMail>> heldElsewhere() {
        return askOthers("held?")
                .thenApply(lists -> lists.stream()
                        .flatMap(mails -> HeldJson.read(mails).stream())
                        .toList());
    }

    private CompletionStage<List<JsonArray>> askOthers(String question) {
        int others = roster.get().alive().size() - 1;
        Calls.Asked asked = calls.ask(others, LISTING_PATIENCE);
        if (others > 0) {
            bus.broadcast(
                    new JsonObject().put("type", question).put("id", asked.id()).encode());
        }
        return asked.answers()
                .thenApply(answers -> answers.stream()
                        .map(answer -> answer.getJsonArray("mails", new JsonArray()))
                        .toList());
    }

    /** Another worker's operator wants {@code event} for a route that this one may keep. */
    void steered(String from, JsonObject message, GateEvent event) {
        Route.parse(message.getString("route"))
                .flatMap(kept)
                .ifPresent(route -> route.steer(event)
                        .whenComplete((facts, failure) -> answer(
                                from,
                                message,
                                failure == null
                                        ? new JsonObject().put("facts", facts.toJson())
                                        : new JsonObject().put("failed", reason(failure)))));
    }

    /** Another worker's operator wants to see what this one has in hand. */
    void askedForInFlight(String from, JsonObject question) {
        answer(from, question, new JsonObject().put("mails", InFlightJson.write(crew.inFlight())));
    }

    /** Another worker's operator wants to see what this one holds. */
    void askedForHeld(String from, JsonObject question) {
        answer(from, question, new JsonObject().put("mails", HeldJson.write(crew.held())));
    }

    void answered(JsonObject answer) {
        calls.answered(answer.getString("id"), answer);
    }

    private void answer(String to, JsonObject question, JsonObject answer) {
        bus.send(
                to,
                answer.put("type", "answer").put("id", question.getString("id")).encode());
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return String.valueOf(cause.getMessage());
    }
}
