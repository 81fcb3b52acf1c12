package io.backupmx.ingress.whileup;

import com.github.benmanes.caffeine.cache.Ticker;
import io.backupmx.ingress.recipient.DeferralPolicy;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.ForwardPath;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.function.Predicate;

/**
 * Leaves mail to a primary that is up: its sender is told to come again, unless it has come back already. In doubt mail is
 * taken: when the route's keeper does not say that it is up, when there is no such word of a single primary (the route
 * {@code mx}), and when the primary does not answer us. For a gate learns of an
 * outage by the mail that it cannot deliver, and here that is the mail we would not take.
 */
public final class WhileUp implements DeferralPolicy {

    /** Whether a primary answers now. */
    public interface Greeting {

        /** Never blocks; a failed future means no. */
        Future<Boolean> answers(Route route, Domain domain);
    }

    private final RelayTables tables;
    private final Predicate<Route> isUp;
    private final Greeting greeting;
    private final Comebacks comebacks;
    private final WhileUpMetrics metrics;

    /** @param isUp whether a route is up beyond doubt; never blocks */
    public WhileUp(RelayTables tables, Predicate<Route> isUp, Greeting greeting, MeterRegistry registry) {
        this(tables, isUp, greeting, new Comebacks(Ticker.systemTicker()), registry);
    }

    WhileUp(RelayTables tables, Predicate<Route> isUp, Greeting greeting, Comebacks comebacks, MeterRegistry registry) {
        this.tables = tables;
        this.isUp = isUp;
        this.greeting = greeting;
        this.comebacks = comebacks;
        this.metrics = new WhileUpMetrics(registry);
    }

    @Override
    public Future<Boolean> defers(Attempt attempt) {
        if (!(attempt.to() instanceof ForwardPath.To to) || !tables.defersWhileUp(to)) {
            return taken();
        }
        if (!(attempt.route() instanceof Route.Hosts) || !isUp.test(attempt.route())) {
            metrics.count(WhileUpMetrics.Result.NOT_UP);
            return taken();
        }
        return switch (comebacks.judge(attempt)) {
            case CAME_BACK -> {
                metrics.count(WhileUpMetrics.Result.CAME_BACK);
                yield taken();
            }
            case KNOWN -> {
                metrics.count(WhileUpMetrics.Result.KNOWN_CLIENT);
                yield taken();
            }
            case NOT_YET ->
                greeting.answers(attempt.route(), to.mailbox().domain())
                        .otherwise(false)
                        .onSuccess(answers -> metrics.count(
                                answers ? WhileUpMetrics.Result.DEFERRED : WhileUpMetrics.Result.NO_ANSWER));
        };
    }

    private static Future<Boolean> taken() {
        return Future.succeededFuture(false);
    }
}
