package io.backupmx.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.smtp.Domain;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class AddressTableTest {

    private static final Domain A = Domain.of("a.test");
    private static final Domain B = Domain.of("b.test");

    @Test
    void holdsWhatWasAddedAndNothingElse() {
        AddressTable table = of(new TableAddress("alice", A), new TableAddress("bob", B));

        assertThat(table.contains(new TableAddress("alice", A))).isTrue();
        assertThat(table.contains(new TableAddress("bob", B))).isTrue();
        assertThat(table.contains(new TableAddress("alice", B))).isFalse();
        assertThat(table.contains(new TableAddress("alic", A))).isFalse();
        assertThat(table.contains(new TableAddress("alice", Domain.of("c.test"))))
                .isFalse();
    }

    @Test
    void countsEachAddressOnceAndByDomain() {
        AddressTable.Builder builder = new AddressTable.Builder(Long.MAX_VALUE);

        assertThat(builder.add(new TableAddress("alice", A))).isTrue();
        assertThat(builder.add(new TableAddress("alice", A))).isFalse();
        assertThat(builder.add(new TableAddress("alice", B))).isTrue();

        AddressTable table = builder.build();
        assertThat(table.size()).isEqualTo(2);
        assertThat(table.size(A)).isEqualTo(1);
        assertThat(table.size(Domain.of("c.test"))).isZero();
        assertThat(table.domains()).containsExactly(A, B);
    }

    @Test
    void keepsWhatIsNotAscii() {
        TableAddress address = new TableAddress("jörg ñ", A);

        assertThat(of(address).contains(address)).isTrue();
        assertThat(of(address).contains(new TableAddress("jorg n", A))).isFalse();
    }

    @Test
    void theEmptyTableHoldsNothing() {
        assertThat(AddressTable.EMPTY.contains(new TableAddress("", A))).isFalse();
        assertThat(AddressTable.EMPTY.size()).isZero();
    }

    @Test
    void tellsAllAddressesInTheirOrder() {
        List<TableAddress> all =
                List.of(new TableAddress("x", B), new TableAddress("y", A), new TableAddress("a longer one", B));
        List<TableAddress> told = new ArrayList<>();

        of(all.toArray(TableAddress[]::new)).forEach(told::add);

        assertThat(told).isEqualTo(all);
    }

    /** Beside a HashSet, which is right. */
    @Test
    void agreesWithASetOnAHundredThousandAddresses() {
        Random random = new Random(7);
        Set<TableAddress> set = new HashSet<>();
        AddressTable.Builder builder = new AddressTable.Builder(Long.MAX_VALUE);
        for (int i = 0; i < 100_000; i++) {
            TableAddress address = random(random);
            assertThat(builder.add(address)).isEqualTo(set.add(address));
        }
        AddressTable table = builder.build();

        assertThat(table.size()).isEqualTo(set.size());
        for (int i = 0; i < 100_000; i++) {
            TableAddress asked = random(random);
            assertThat(table.contains(asked)).as(asked.text()).isEqualTo(set.contains(asked));
        }
        assertThat(set).allMatch(table::contains);
    }

    private static TableAddress random(Random random) {
        String localPart = Integer.toString(random.nextInt(60_000), 36);
        return new TableAddress(localPart, Domain.of("d" + random.nextInt(5) + ".test"));
    }

    @Test
    void saysWhenItIsFullAndKeepsNoMore() {
        AddressTable.Builder builder = new AddressTable.Builder(4000);
        for (int i = 0; i < 1000; i++) {
            builder.add(new TableAddress("user" + i, A));
        }

        assertThat(builder.isFull()).isTrue();
        assertThat(builder.build().size()).isBetween(50, 300);
    }

    @Test
    void costsLessThanFortyOctetsAnAddress() {
        AddressTable.Builder builder = new AddressTable.Builder(Long.MAX_VALUE);
        for (int i = 0; i < 100_000; i++) {
            builder.add(new TableAddress("firstname.lastname" + i, A));
        }

        assertThat(builder.build().sizeBytes() / 100_000).isLessThan(40);
    }

    private static AddressTable of(TableAddress... addresses) {
        AddressTable.Builder builder = new AddressTable.Builder(Long.MAX_VALUE);
        for (TableAddress address : addresses) {
            builder.add(address);
        }
        return builder.build();
    }
}
