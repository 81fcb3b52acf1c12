package io.backupmx.ingress.session;

import io.backupmx.config.RspamdConfig;
import io.backupmx.config.RspamdConfig.OnFailure;
import io.backupmx.ingress.rspamd.Rspamd;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** An ingress that shows contents to rspamd, and what is said there before one comes. */
final class FilteredIngress {

    /** Up to the content. */
    static final String MAIL = """
            S: 220 *
            C: EHLO client.example
            S: 250 *
            C: MAIL FROM:<bob@client.example>
            S: 250 *
            C: RCPT TO:<alice@example.test>
            S: 250 *
            C: RCPT TO:<carol@example.test>
            S: 250 *
            C: DATA
            S: 354 *
            """;

    private FilteredIngress() {}

    static TestIngress asking(String url, OnFailure onFailure, Duration timeout, Consumer<Tuning> tune) {
        return new TestIngress(tuning -> {
            tuning.contentSpillBytes = 8 << 10;
            tuning.contents = vertx ->
                    Rspamd.of(vertx, new RspamdConfig(Optional.of(url), timeout, onFailure, 1 << 20), tuning.registry);
            tune.accept(tuning);
        });
    }
}
