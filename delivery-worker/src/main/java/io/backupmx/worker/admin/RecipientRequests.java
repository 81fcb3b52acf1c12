package io.backupmx.worker.admin;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.backupmx.known.KnownRecipients;
import io.backupmx.route.TableAddress;
import io.backupmx.smtp.Domain;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/v1/recipients}: what is known of recipients. GET lists the addresses that exist, one object a line; POST says who
 * exists and who is gone, and is answered when that is on the broker's disk: all of it, or nothing where an entry is wrong.
 * POST to {@code recipients/ask} asks the sources of one address, and the DNS where that decides on its domain.
 */
public final class RecipientRequests implements AdminRequests {

    /** Of one request; its body is bounded, too. */
    public static final int MAX_ADDRESSES = 200;

    private static final Logger LOG = LoggerFactory.getLogger(RecipientRequests.class);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** A sender is not kept waiting for longer than that either. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(20);

    /**
     * What became of a question about an address.
     *
     * @param reply what a sender would be told at RCPT
     * @param domain why its domain is ours, or is not, where its MX records have decided
     */
    public record Answer(String reply, Optional<String> domain) {}

    private final KnownRecipients known;
    private final Predicate<Domain> ours;
    private final Function<String, CompletionStage<Answer>> asked;

    /**
     * @param ours whether a domain is backed up
     * @param asked what a sender would be told at RCPT about an address, its sources asked
     */
    public RecipientRequests(
            KnownRecipients known, Predicate<Domain> ours, Function<String, CompletionStage<Answer>> asked) {
        this.known = known;
        this.ours = ours;
        this.asked = asked;
    }

    @Override
    public void mount(Router router) {
        router.get(AdminApi.PREFIX + "recipients").handler(AdminApi.blocking(this::list));
        router.post(AdminApi.PREFIX + "recipients").handler(AdminApi.blocking(this::change));
        router.post(AdminApi.PREFIX + "recipients/ask").handler(AdminApi.blocking(this::ask));
    }

    private void list(RoutingContext ctx) {
        if (!isReady(ctx)) {
            return;
        }
        LineStream lines = new LineStream(ctx.response());
        known.forEach(address -> lines.add(Map.of("address", address)));
        lines.end();
    }

    private boolean isReady(RoutingContext ctx) {
        boolean ready = known.isComplete();
        if (!ready) {
            AdminResponse.error(ctx, 503, "what is known has not been heard from the broker yet: try again");
        }
        return ready;
    }

    private void ask(RoutingContext ctx) {
        String address = "";
        try {
            address = AdminJson.MAPPER
                    .readTree(Optional.ofNullable(ctx.body().asString()).orElse(""))
                    .path("address")
                    .asText("");
        } catch (JacksonException _) {
            // is none
        }
        if (address.isEmpty()) {
            AdminResponse.error(ctx, 400, "send {\"address\": \"user@example.org\"}");
            return;
        }
        try {
            Answer answer =
                    asked.apply(address).toCompletableFuture().get(ANSWER_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            JsonObject json = new JsonObject().put("address", address).put("reply", answer.reply());
            answer.domain().ifPresent(why -> json.put("domain", why));
            AdminResponse.json(ctx, json);
        } catch (TimeoutException e) {
            AdminResponse.error(
                    ctx,
                    503,
                    "no answer within " + ANSWER_PATIENCE.toSeconds() + " s: a sender would be told 451 4.3.0");
        } catch (ExecutionException e) {
            AdminResponse.error(ctx, 503, "the sources gave no answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            AdminResponse.error(ctx, 503, "stopping");
        }
    }

    private void change(RoutingContext ctx) {
        if (!isReady(ctx)) {
            return;
        }
        List<String> problems = new ArrayList<>();
        List<String> exist = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        try {
            JsonNode body = AdminJson.MAPPER.readTree(
                    Optional.ofNullable(ctx.body().asString()).orElse(""));
            read(body.path("exist"), exist, problems);
            read(body.path("gone"), gone, problems);
        } catch (JacksonException e) {
            problems.add("the body is no JSON");
        }
        if (problems.isEmpty() && exist.isEmpty() && gone.isEmpty()) {
            problems.add("send {\"exist\": [\"user@example.org\"], \"gone\": [...]}");
        }
        if (exist.size() + gone.size() > MAX_ADDRESSES) {
            problems.add("no more than " + MAX_ADDRESSES + " addresses at once");
        }
        if (!problems.isEmpty()) {
            AdminResponse.error(ctx, 400, problems.getFirst());
        } else if (!exist.isEmpty() && !known.hasRoom()) {
            AdminResponse.error(ctx, 503, "no room to remember more recipients: give the service more memory");
        } else {
            exist.forEach(known::exists);
            gone.forEach(known::isGone);
            answerWhenSaid(ctx, exist, gone);
        }
    }

    private void read(JsonNode list, List<String> into, List<String> problems) {
        for (JsonNode entry : list) {
            String text = entry.asText("");
            Optional<TableAddress> address = TableAddress.parse(text);
            Optional<Domain> domain = text.startsWith("@")
                    ? Domain.parse(text.substring(1)).filter(named -> !named.isAddressLiteral())
                    : address.map(TableAddress::domain);
            if (domain.isEmpty()) {
                problems.add("'" + text + "' is not an address, nor @domain for all of a domain");
            } else if (!ours.test(domain.get())) {
                problems.add("'" + text + "': its domain is not backed up");
            } else {
                into.add(address.map(TableAddress::text).orElse("@" + domain.get()));
            }
        }
    }

    private void answerWhenSaid(RoutingContext ctx, List<String> exist, List<String> gone) {
        try {
            List<String> all = Stream.concat(exist.stream(), gone.stream()).toList();
            if (known.awaitSaid(all, PATIENCE)) {
                LOG.atInfo()
                        .addKeyValue("exist", exist.size())
                        .addKeyValue("gone", gone.size())
                        .log("told of recipients");
                AdminResponse.json(
                        ctx, new JsonObject().put("exist", exist.size()).put("gone", gone.size()));
            } else {
                AdminResponse.error(
                        ctx, 503, "the broker has not confirmed it: it is known to this process alone, say it again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            AdminResponse.error(ctx, 503, "stopping");
        }
    }
}
