package io.backupmx.ingress.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.backupmx.smtp.Mailbox;
import org.junit.jupiter.api.Test;

class RecipientsTest {

    private static final Route ROUTE = Route.of("smtp:[mx.example.test]:25");

    @Test
    void eachIsKeptOnceInOrder() {
        Recipients recipients = upTo(30);
        for (int i = 0; i < 30; i++) {
            recipients = recipients.with(recipient(i));
        }
        assertThat(recipients.size()).isEqualTo(30);
        assertThat(recipients.asList()).element(29).isEqualTo(recipient(29));
    }

    @Test
    void addingLeavesTheFormerAsTheyWere() {
        for (int size : new int[] {0, 1, 8, 9, 20}) {
            Recipients before = upTo(size);
            Recipients one = before.with(recipient(100));
            Recipients other = before.with(recipient(200));
            assertThat(before).isEqualTo(upTo(size));
            assertThat(before.contains(recipient(100).path())).isFalse();
            assertThat(one.asList()).hasSize(size + 1).contains(recipient(100)).doesNotContain(recipient(200));
            assertThat(other.asList())
                    .hasSize(size + 1)
                    .contains(recipient(200))
                    .doesNotContain(recipient(100));
            assertThat(other.contains(recipient(100).path())).isFalse();
            assertThat(one.contains(recipient(200).path())).isFalse();
        }
    }

    @Test
    void localPartsDifferByCase() {
        Recipients recipients = Recipients.NONE
                .with(accepted("alice@example.test"))
                .with(accepted("Alice@example.test"))
                .with(accepted("alice@EXAMPLE.test."));
        assertThat(recipients.asList()).containsExactly(accepted("alice@example.test"), accepted("Alice@example.test"));
    }

    private static Recipients upTo(int size) {
        Recipients recipients = Recipients.NONE;
        for (int i = 0; i < size; i++) {
            recipients = recipients.with(recipient(i));
        }
        return recipients;
    }

    private static Recipients.Accepted recipient(int number) {
        return accepted("user" + number + "@example.test");
    }

    private static Recipients.Accepted accepted(String address) {
        return new Recipients.Accepted(new ForwardPath.To(Mailbox.of(address)), RcptOptions.NONE, ROUTE);
    }
}
