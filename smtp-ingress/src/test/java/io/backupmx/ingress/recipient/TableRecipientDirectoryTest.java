package io.backupmx.ingress.recipient;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.CheckedConfig;
import io.backupmx.route.RecipientVerdict;
import io.backupmx.route.RelayTables;
import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TableRecipientDirectoryTest {

    @Test
    void answersAtOnceWhatTheTablesSay() {
        RecipientDirectory directory = new TableRecipientDirectory(tables("example.test", "mx.example.test"));

        assertThat(directory.check(path("<alice@example.test>")).result())
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[mx.example.test]:25")));
        assertThat(directory.check(path("<alice@other.test>")).result()).isEqualTo(new RecipientVerdict.RelayDenied());
    }

    @Test
    void waitsForNobodysTurn() {
        RecipientDirectory directory = new TableRecipientDirectory(tables("example.test", "mx.example.test"));

        assertThat(directory
                        .check(path("<alice@other.test>"), (_, _) -> Future.failedFuture("not yet"))
                        .result())
                .isEqualTo(new RecipientVerdict.RelayDenied());
    }

    @Test
    void replacedTablesAnswerFromThenOn() {
        TableRecipientDirectory directory = new TableRecipientDirectory(tables("example.test", "mx.example.test"));

        directory.replace(tables("other.test", "mx.other.test"));

        assertThat(directory.check(path("<alice@example.test>")).result())
                .isEqualTo(new RecipientVerdict.RelayDenied());
        assertThat(directory.check(path("<alice@other.test>")).result())
                .isEqualTo(new RecipientVerdict.Accepted(Route.of("smtp:[mx.other.test]:25")));
    }

    private static RelayTables tables(String domain, String primary) {
        return CheckedConfig.load(Optional.empty(), Map.of(), Map.of("domains." + domain, primary))
                .tables();
    }

    private static ForwardPath path(String text) {
        return ForwardPath.parse(text).orElseThrow();
    }
}
