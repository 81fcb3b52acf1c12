package io.backupmx.ingress.recipient;

import io.backupmx.config.RecipientSourcesConfig;
import io.backupmx.config.UnknownRecipients;
import io.backupmx.known.RecipientMemory;
import io.backupmx.route.RecipientQuestion;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * The tables, and where they leave a recipient open the sources that its domain names. Looked up as Postfix does: the whole
 * address in every source in their order, then the address without its extension; the first yes decides. Where nobody says
 * yes, a source that could not be asked makes it 451, never 550 and never 250, unless it is the primary: what is done while
 * that is away the domain says.
 */
public final class SourcedRecipientDirectory implements RecipientDirectory {

    private final RecipientDirectory tables;
    private final Map<String, RecipientLookup> sources;
    private final PrimaryTruth primary;
    private final RecipientMemory memory;
    private final RecipientMetrics metrics;

    /** @param sources by name; {@link RecipientSourcesConfig#PRIMARY} is not among them */
    public SourcedRecipientDirectory(
            RecipientDirectory tables,
            Map<String, RecipientLookup> sources,
            PrimaryTruth primary,
            RecipientMemory memory,
            RecipientMetrics metrics) {
        this.tables = tables;
        this.sources = Map.copyOf(sources);
        this.primary = primary;
        this.memory = memory;
        this.metrics = metrics;
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path) {
        return check(path, Turn.NOW);
    }

    @Override
    public Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
        Future<RecipientVerdict> verdict = tables.check(path, turn);
        if (verdict.succeeded()) {
            return verdict.result() instanceof RecipientVerdict.Unsettled open ? settle(path, open, turn) : verdict;
        }
        return verdict.compose(found -> found instanceof RecipientVerdict.Unsettled open
                ? settle(path, open, turn)
                : Future.succeededFuture(found));
    }

    private Future<RecipientVerdict> settle(ForwardPath path, RecipientVerdict.Unsettled open, Turn turn) {
        return new Inquiry(path, open, turn).next(0);
    }

    /** One recipient's way through the sources. */
    private final class Inquiry {
        private final ForwardPath path;
        private final RecipientVerdict.Unsettled open;
        private final Turn turn;
        private final RecipientQuestion question;
        private final List<String> knownBefore;
        private boolean isOurTurn;
        private boolean doubtful;
        private boolean primaryAway;
        private boolean briefly;

        Inquiry(ForwardPath path, RecipientVerdict.Unsettled open, Turn turn) {
            this.path = path;
            this.open = open;
            this.turn = turn;
            this.question = open.question();
            this.knownBefore =
                    question.addresses().stream().filter(memory::knows).toList();
        }

        /** @param step of all addresses times all sources */
        Future<RecipientVerdict> next(int step) {
            List<String> names = question.sources();
            if (step == names.size() * question.addresses().size()) {
                return Future.succeededFuture(unknown());
            }
            String address = question.addresses().get(step / names.size());
            String source = names.get(step % names.size());
            if (source.equals(RecipientSourcesConfig.PRIMARY)) {
                if (open.primary() instanceof Route.Discard) { // there is none, and nobody whom it matters to
                    return Future.succeededFuture(new RecipientVerdict.Accepted(open.route()));
                }
                return step < names.size() ? askPrimary(step) : next(step + 1); // once, about all of it
            }
            if (source.equals(RecipientSourcesConfig.KNOWN)) {
                return askMemory(step, address);
            }
            RecipientLookup lookup = sources.get(source);
            if (lookup == null) { // named in tables that were loaded after the start
                doubtful = true;
                return next(step + 1);
            }
            return isOurTurn
                    ? hear(step, lookup.exists(address))
                    : turn.take(() -> lookup.known(address).map(said -> hear(step, said)), () -> inTurn(step));
        }

        /** From here on all that is still to be asked is one question to whoever shares out turns. */
        private Future<RecipientVerdict> inTurn(int step) {
            isOurTurn = true;
            return next(step);
        }

        private Future<RecipientVerdict> hear(int step, Future<Boolean> said) {
            List<String> names = question.sources();
            String address = question.addresses().get(step / names.size());
            String source = names.get(step % names.size());
            return said.transform(answer -> {
                if (answer.failed()) {
                    metrics.answered(source, RecipientMetrics.Answer.UNAVAILABLE);
                    doubtful = true;
                    return next(step + 1);
                }
                boolean exists = answer.result();
                metrics.answered(source, exists ? RecipientMetrics.Answer.KNOWN : RecipientMetrics.Answer.UNKNOWN);
                if (exists) {
                    memory.exists(address);
                    return Future.succeededFuture(new RecipientVerdict.Accepted(open.route()));
                }
                return next(step + 1);
            });
        }

        private Future<RecipientVerdict> askMemory(int step, String address) {
            if (memory.knows(address)) {
                metrics.answered(RecipientSourcesConfig.KNOWN, RecipientMetrics.Answer.KNOWN);
                return Future.succeededFuture(new RecipientVerdict.Accepted(open.route()));
            }
            doubtful |= !memory.isComplete();
            metrics.answered(
                    RecipientSourcesConfig.KNOWN,
                    memory.isComplete() ? RecipientMetrics.Answer.UNKNOWN : RecipientMetrics.Answer.UNAVAILABLE);
            return next(step + 1);
        }

        private Future<RecipientVerdict> askPrimary(int step) {
            return isOurTurn
                    ? hearPrimary(step, primary.ask(open.primary(), path, question.addresses()))
                    : turn.take(
                            () -> primary.known(path, question.addresses())
                                    .map(existence -> hearPrimary(step, Future.succeededFuture(existence))),
                            () -> inTurn(step));
        }

        private Future<RecipientVerdict> hearPrimary(int step, Future<PrimaryTruth.Existence> said) {
            String source = RecipientSourcesConfig.PRIMARY;
            return said.transform(answer -> {
                if (answer.failed()) {
                    metrics.answered(source, RecipientMetrics.Answer.UNAVAILABLE);
                    doubtful = true;
                    return next(step + 1);
                }
                return switch (answer.result()) {
                    case EXISTS -> {
                        metrics.answered(source, RecipientMetrics.Answer.KNOWN);
                        yield Future.succeededFuture(new RecipientVerdict.Accepted(open.route()));
                    }
                    case NOBODY -> {
                        metrics.answered(source, RecipientMetrics.Answer.UNKNOWN);
                        yield next(step + 1);
                    }
                    case PRIMARY_AWAY, PRIMARY_AWAY_BRIEFLY -> {
                        metrics.answered(source, RecipientMetrics.Answer.UNAVAILABLE);
                        primaryAway = true;
                        briefly = answer.result() == PrimaryTruth.Existence.PRIMARY_AWAY_BRIEFLY;
                        yield next(step + 1);
                    }
                };
            });
        }

        /** Nobody has said yes. */
        private RecipientVerdict unknown() {
            if ((doubtful || primaryAway) && question.addresses().stream().anyMatch(memory::knows)) {
                return new RecipientVerdict.Accepted(open.route());
            } else if (doubtful) {
                return new RecipientVerdict.Unavailable();
            } else if (primaryAway) {
                return whilePrimaryIsAway(question.unknown());
            }
            if (!question.sources().contains(RecipientSourcesConfig.PRIMARY)) { // which has its own doubts
                knownBefore.forEach(memory::isGone);
            }
            return new RecipientVerdict.UnknownUser();
        }

        private RecipientVerdict whilePrimaryIsAway(UnknownRecipients unknown) {
            return switch (unknown) {
                case DEFER -> new RecipientVerdict.Unavailable();
                case ACCEPT -> new RecipientVerdict.Accepted(open.route());
                case REJECT -> briefly ? new RecipientVerdict.Unavailable() : new RecipientVerdict.UnknownUser();
            };
        }
    }
}
