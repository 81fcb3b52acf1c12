package io.backupmx.known;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class FactBucketTest {

    private static final Fact YES = new Fact(true, 100);

    @Provide
    Arbitrary<FactBucket> buckets() {
        Arbitrary<String> addresses =
                Arbitraries.of("a@x.test", "aa@x.test", "b@x.test", "@x.test", "\"a\\\"b\"@x.test");
        Arbitrary<Fact> facts = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.longs().between(1, 4))
                .as(Fact::new);
        return Arbitraries.maps(addresses, facts).ofMaxSize(5).map(FactBucketTest::bucket);
    }

    private static FactBucket bucket(Map<String, Fact> facts) {
        FactBucket bucket = FactBucket.EMPTY;
        for (Map.Entry<String, Fact> fact : facts.entrySet()) {
            bucket = bucket.with(fact.getKey(), fact.getValue());
        }
        return bucket;
    }

    @Property
    void whoeverMergesInWhateverOrderComesToTheSame(
            @ForAll("buckets") FactBucket a, @ForAll("buckets") FactBucket b, @ForAll("buckets") FactBucket c) {
        assertThat(a.merge(b)).isEqualTo(b.merge(a));
        assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
        assertThat(a.merge(a)).isEqualTo(a);
        assertThat(a.merge(b).merge(b)).isEqualTo(a.merge(b));
    }

    @Property
    void travelsWithoutLoss(@ForAll("buckets") FactBucket bucket) {
        assertThat(FactBucket.of(bucket.octets())).isEqualTo(bucket);
        assertThat(bucket.existing()).isEqualTo((int)
                bucket.facts().values().stream().filter(Fact::exists).count());
        bucket.facts()
                .forEach((address, fact) -> assertThat(bucket.find(address)).contains(fact));
    }

    @Test
    void findsWholeAddressesOnly() {
        FactBucket bucket = FactBucket.EMPTY.with("malice@x.test", YES);

        assertThat(bucket.find("alice@x.test")).isEmpty();
        assertThat(bucket.find("malice@x.tes")).isEmpty();
        assertThat(bucket.find("malice@x.test")).contains(YES);
    }

    @Test
    void laterKnowledgeCounts() {
        FactBucket gone = FactBucket.EMPTY.with("a@x.test", YES).with("a@x.test", new Fact(false, 101));

        assertThat(gone.find("a@x.test")).contains(new Fact(false, 101));
        assertThat(gone.with("a@x.test", YES)).isEqualTo(gone);
        assertThat(gone.with("a@x.test", new Fact(true, 101)).find("a@x.test")).contains(new Fact(true, 101));
    }

    @Test
    void whatIsNotUnderstoodIsPassedOver() {
        byte[] octets = "garbage\na@x.test\tx\t+\n\t1\t+\nb@x.test\t7\t?\nc@x.test\t7\t+\u0000\nd@x.test\t7\t+"
                .getBytes(StandardCharsets.UTF_8);

        assertThat(FactBucket.of(octets).facts()).isEqualTo(Map.of("d@x.test", new Fact(true, 7)));
        assertThat(FactBucket.of(new byte[] {(byte) 0xff, 0, '\n', '\t'}).facts())
                .isEmpty();
    }

    @Test
    void whatIsLongGoneIsForgotten() {
        FactBucket bucket =
                FactBucket.EMPTY.with("a@x.test", new Fact(false, 5)).with("b@x.test", new Fact(true, 5));

        assertThat(bucket.withoutGoneBefore(6).facts()).containsOnlyKeys("b@x.test");
        assertThat(bucket.withoutGoneBefore(5)).isSameAs(bucket);
    }
}
