package io.backupmx.spf;

import io.backupmx.routing.Questioning;
import io.backupmx.routing.RecordLookup;
import io.backupmx.routing.RecordLookup.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.james.jspf.core.DNSRequest;
import org.apache.james.jspf.core.DNSService;
import org.apache.james.jspf.core.exceptions.TimeoutException;
import org.apache.james.jspf.executor.SynchronousSPFExecutor;
import org.apache.james.jspf.impl.SPF;
import org.jspecify.annotations.Nullable;

/** What a sender's domain says of a client that sends for it (RFC 7208), as jSPF has it. For virtual threads. */
public final class SpfCheck {

    /** RFC 7208 §4.6.4. */
    private static final int MAX_RECORDS = 10;

    private SpfCheck() {}

    /**
     * Blocks while the DNS is asked.
     *
     * @param client its address
     * @param helo asked about where there is no sender (RFC 7208 §2.4)
     * @param sender without angle brackets, empty of a mail without one
     */
    public static SpfResult result(String client, String helo, String sender, Questioning questioning) {
        DNSService dns = new Dns(questioning);
        try {
            return SpfResult.of(new SPF(dns, new SynchronousSPFExecutor(dns))
                    .checkSPF(client, sender, helo)
                    .getResult());
        } catch (RuntimeException | StackOverflowError e) { // its expressions take a frame for each character of a term
            return SpfResult.PERMERROR; // of what a stranger wrote
        }
    }

    /** Our DNS in jSPF's terms. */
    private record Dns(Questioning questioning) implements DNSService {

        @Override
        public @Nullable List<String> getRecords(DNSRequest request) throws TimeoutException {
            RecordLookup.Kind kind;
            switch (request.getRecordType()) {
                case DNSRequest.A -> kind = RecordLookup.Kind.A;
                case DNSRequest.AAAA -> kind = RecordLookup.Kind.AAAA;
                case DNSRequest.MX -> kind = RecordLookup.Kind.MX;
                case DNSRequest.PTR -> kind = RecordLookup.Kind.PTR;
                case DNSRequest.TXT -> kind = RecordLookup.Kind.TXT;
                default -> {
                    return null; // the type SPF is no more (RFC 7208 §3.1)
                }
            }
            return switch (questioning.ask(request.getHostname(), kind)) {
                case Answer.Found(List<String> records) -> taken(records);
                case Answer.None _ -> null;
                case Answer.Failed(String why) -> throw new TimeoutException(why);
            };
        }

        /** One that jSPF may take from, and without empty texts, at which it stumbles. */
        private static List<String> taken(List<String> records) {
            return records.stream().filter(text -> !text.isEmpty()).collect(Collectors.toCollection(ArrayList::new));
        }

        @Override
        public CompletionStage<List<String>> getRecordsAsync(DNSRequest request) {
            return CompletableFuture.failedFuture(new UnsupportedOperationException("asked one after the other"));
        }

        @Override
        public List<String> getLocalDomainNames() {
            return List.of();
        }

        @Override
        public void setTimeOut(int timeOut) {
            throw new UnsupportedOperationException("the time is given");
        }

        @Override
        public int getRecordLimit() {
            return MAX_RECORDS;
        }

        @Override
        public void setRecordLimit(int recordLimit) {
            throw new UnsupportedOperationException("the limit is given");
        }
    }
}
