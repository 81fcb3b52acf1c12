package io.backupmx.routing;

import io.backupmx.config.DnsConfig;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** The records of a name, as text, for those who judge senders. For virtual threads: it blocks while the DNS is asked. */
public final class RecordLookup {

    /** What is asked for. */
    public enum Kind {
        A(Type.A),
        AAAA(Type.AAAA),
        MX(Type.MX),
        PTR(Type.PTR),
        TXT(Type.TXT);

        private final int type;

        Kind(int type) {
            this.type = type;
        }
    }

    /** What the DNS says. */
    public sealed interface Answer {

        /** Addresses, names without a dot at the end (mail exchangers best first), or texts, their strings joined. */
        record Found(List<String> records) implements Answer {}

        /** There is none, or no such name. */
        record None() implements Answer {}

        /** Nobody knows now. {@code why} is for people. */
        record Failed(String why) implements Answer {}
    }

    /** What strangers have us ask for, they have us keep: a record is of use again for the rest of a mail, and for the next few. */
    private static final Dns.Kept KEPT = new Dns.Kept(Duration.ofMinutes(1), 500);

    private final Dns dns;

    public RecordLookup(DnsConfig config) {
        this.dns = new Dns(config, KEPT);
    }

    /** @param limit for all of it */
    public Answer ask(String name, Kind kind, Duration limit) throws InterruptedException {
        Name asked;
        try {
            asked = Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            return new Answer.None(); // no such name can exist
        }
        return switch (dns.await(dns.ask(asked, kind.type, limit), limit)) {
            case Dns.Answer.Records(List<Record> records) -> found(records);
            case Dns.Answer.NoData _, Dns.Answer.NoDomain _ -> new Answer.None();
            case Dns.Answer.Failed(String why) -> new Answer.Failed(why);
        };
    }

    private static Answer found(List<Record> records) {
        List<String> texts = records.stream()
                .sorted(Comparator.comparingInt(
                        record -> record instanceof MXRecord mx ? mx.getPriority() : 0)) // stable
                .map(RecordLookup::text)
                .flatMap(Optional::stream)
                .toList();
        return texts.isEmpty() ? new Answer.None() : new Answer.Found(texts);
    }

    private static Optional<String> text(Record record) {
        return switch (record) {
            case ARecord a -> Optional.of(a.getAddress().getHostAddress());
            case AAAARecord aaaa -> Optional.of(aaaa.getAddress().getHostAddress());
            case MXRecord mx -> Optional.of(mx.getTarget().toString(true));
            case PTRRecord ptr -> Optional.of(ptr.getTarget().toString(true));
            case TXTRecord txt -> Optional.of(joined(txt));
            default -> Optional.empty();
        };
    }

    private static String joined(TXTRecord txt) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        txt.getStringsAsByteArrays().forEach(octets::writeBytes);
        return octets.toString(StandardCharsets.UTF_8);
    }
}
