package io.backupmx.routing;

import io.backupmx.config.DnsConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.Section;
import org.xbill.DNS.SetResponse;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/**
 * Questions to the DNS, its answers kept for as long as they say, within bounds. Names are asked as they are: no hosts file,
 * no search list.
 */
final class Dns {

    private static final int MAX_CACHED = 50_000;
    private static final Duration MAX_CACHED_TIME = Duration.ofDays(1);

    /** A larger answer is asked for again: so many of them would fill the heap, and strangers write them. */
    private static final int MAX_CACHED_BYTES = 4 << 10;

    /** What is not there now may be there soon: somebody may be mending it. */
    private static final int MAX_CACHED_NEGATIVE_SECONDS = 60;

    private static final int MAX_QUESTIONS = 100;
    private static final Answer TOO_MANY = new Answer.Failed("too many questions to the DNS at once");
    private static final int MAX_REDIRECTS = 8;
    private static final int ROUNDS = 2;

    /** An answer. */
    sealed interface Answer {

        /** One record at least. */
        record Records(List<Record> records) implements Answer {}

        /** The name exists, but no record of that kind. */
        record NoData() implements Answer {}

        /** The name does not exist. */
        record NoDomain() implements Answer {}

        /** No usable answer. {@code why} is for people. */
        record Failed(String why) implements Answer {}
    }

    /**
     * An answer, and whether it is what the owner of the name has signed.
     *
     * @param name what was asked for, aliases followed
     */
    record Validated(Answer answer, boolean secure, Name name) {}

    private final LookupSession session;
    private final Resolver resolver;
    private final boolean believes;
    private final Duration patience;
    private final Semaphore questions;

    Dns(DnsConfig config) {
        this(config, new Kept(MAX_CACHED_TIME, MAX_CACHED), MAX_QUESTIONS);
    }

    /**
     * What is kept of answers.
     *
     * @param time at most, whatever they say
     * @param answers at most
     */
    record Kept(Duration time, int answers) {}

    Dns(DnsConfig config, Kept kept) {
        this(config, kept, MAX_QUESTIONS);
    }

    /** @param most how long answers are kept at most, whatever they say */
    Dns(DnsConfig config, Duration most, int maxQuestions) {
        this(config, new Kept(most, MAX_CACHED), maxQuestions);
    }

    /** @param maxQuestions at once */
    private Dns(DnsConfig config, Kept kept, int maxQuestions) {
        this.questions = new Semaphore(maxQuestions);
        Cache cache = new SmallAnswers();
        cache.setMaxEntries(kept.answers());
        cache.setMaxCache(Math.toIntExact(kept.time().toSeconds()));
        cache.setMaxNCache(MAX_CACHED_NEGATIVE_SECONDS);
        this.patience = config.timeout().multipliedBy(3);
        this.resolver = resolver(config);
        this.believes = config.dnssec() == DnsConfig.Dnssec.TRUSTED;
        this.session = LookupSession.builder()
                .resolver(resolver)
                .cache(cache)
                .maxRedirects(MAX_REDIRECTS)
                .build();
    }

    private static final class SmallAnswers extends Cache {

        SmallAnswers() {
            super(DClass.IN);
        }

        @Override
        public @Nullable SetResponse addMessage(Message answer) {
            return answer.toWire().length <= MAX_CACHED_BYTES ? super.addMessage(answer) : null;
        }
    }

    private static Resolver resolver(DnsConfig config) {
        List<Resolver> servers = (config.servers().isEmpty()
                        ? ResolverConfig.getCurrentConfig().servers()
                        : config.serverAddresses())
                .stream()
                        .<Resolver>map(address -> {
                            SimpleResolver one = new SimpleResolver(address);
                            one.setTimeout(config.timeout());
                            return one;
                        })
                        .toList();
        ExtendedResolver all = new ExtendedResolver(servers);
        all.setTimeout(config.timeout().multipliedBy(3));
        all.setRetries(ROUNDS);
        return all;
    }

    /** Whether anything is ever secure. */
    boolean believes() {
        return believes;
    }

    /** How long one look-up may take as a whole. */
    Duration patience() {
        return patience;
    }

    /** Never fails; done within {@link #patience}, or too late for it. May block until it is its turn. */
    CompletableFuture<Answer> ask(Name name, int type) throws InterruptedException {
        return ask(name, type, patience);
    }

    /** @param limit for it to be its turn, no longer than {@link #patience} */
    CompletableFuture<Answer> ask(Name name, int type, Duration limit) throws InterruptedException {
        return questions.tryAcquire(sooner(limit).toMillis(), TimeUnit.MILLISECONDS)
                ? send(name, type)
                : CompletableFuture.completedFuture(TOO_MANY);
    }

    /** Never fails, never blocks: when others are asking too much, there is no answer. */
    CompletableFuture<Answer> askNow(Name name, int type) {
        return questions.tryAcquire() ? send(name, type) : CompletableFuture.completedFuture(TOO_MANY);
    }

    private CompletableFuture<Answer> send(Name name, int type) {
        CompletableFuture<Answer> answer;
        try {
            answer = session.lookupAsync(name, type)
                    .<Answer>thenApply(result -> result.getRecords().isEmpty()
                            ? new Answer.NoData()
                            : new Answer.Records(List.copyOf(result.getRecords())))
                    .exceptionally(failure -> failed(name, type, failure))
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            answer = CompletableFuture.completedFuture(failed(name, type, e));
        }
        var _ = answer.whenComplete((_, _) -> questions.release());
        return answer;
    }

    /**
     * What the servers say they have validated; nothing is kept, for they do that. Nothing is secure where their word is not believed.
     * Blocks until the answer is there, or patience ends.
     */
    Validated askValidated(Name name, int type) throws InterruptedException {
        if (!questions.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            return new Validated(TOO_MANY, false, name);
        }
        CompletableFuture<Validated> answer;
        try {
            Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
            query.getHeader().setFlag(Flags.AD); // RFC 6840 §5.7: we want to know
            answer = resolver.sendAsync(query)
                    .thenApply(said -> validated(name, type, said))
                    .exceptionally(failure -> new Validated(failed(name, type, failure), false, name))
                    .toCompletableFuture();
        } catch (RuntimeException e) {
            answer = CompletableFuture.completedFuture(new Validated(failed(name, type, e), false, name));
        }
        var _ = answer.whenComplete((_, _) -> questions.release());
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return new Validated(failed(name, type, e), false, name);
        }
    }

    private Validated validated(Name name, int type, Message said) {
        boolean secure = believes && said.getHeader().getFlag(Flags.AD);
        List<Record> answers = said.getSection(Section.ANSWER);
        Name at = name;
        for (int i = 0; i < MAX_REDIRECTS; i++) {
            Name alias = at;
            Optional<Name> next = answers.stream()
                    .filter(record ->
                            record instanceof CNAMERecord && record.getName().equals(alias))
                    .map(record -> ((CNAMERecord) record).getTarget())
                    .findFirst();
            if (next.isEmpty()) {
                break;
            }
            at = next.get();
        }
        Name end = at;
        List<Record> found = answers.stream()
                .filter(record -> record.getType() == type && record.getName().equals(end))
                .toList();
        Answer answer = switch (said.getRcode()) {
            case Rcode.NOERROR -> found.isEmpty() ? new Answer.NoData() : new Answer.Records(found);
            case Rcode.NXDOMAIN -> new Answer.NoDomain();
            default -> failed(name, type, new IOException(Rcode.string(said.getRcode())));
        };
        return new Validated(answer, secure, end);
    }

    /** Blocks until the answer is there, or patience ends. */
    Answer await(CompletableFuture<Answer> answer) throws InterruptedException {
        return await(answer, patience);
    }

    /** @param limit no longer than {@link #patience} */
    Answer await(CompletableFuture<Answer> answer, Duration limit) throws InterruptedException {
        try {
            return answer.get(sooner(limit).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Answer.Failed(
                    "the DNS did not answer within " + sooner(limit).toSeconds() + " s");
        } catch (ExecutionException e) {
            return new Answer.Failed(String.valueOf(e.getCause()));
        }
    }

    private Duration sooner(Duration limit) {
        return limit.compareTo(patience) < 0 ? limit : patience;
    }

    private static Answer failed(Name name, int type, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case NoSuchDomainException _ -> new Answer.NoDomain();
            case NoSuchRRSetException _ -> new Answer.NoData();
            default ->
                new Answer.Failed(
                        "no " + Type.string(type) + " answer for " + name.toString(true) + ": " + describe(cause));
        };
    }

    private static String describe(Throwable cause) {
        String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
