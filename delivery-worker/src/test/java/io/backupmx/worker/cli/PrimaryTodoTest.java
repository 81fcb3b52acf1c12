package io.backupmx.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.Config;
import io.backupmx.config.ConfigLoader;
import io.backupmx.smtp.Domain;
import io.backupmx.worker.cli.PrimaryTodo.Software;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrimaryTodoTest {

    private static final Domain NAME = Domain.of("mx2.example.net");
    private static final List<Domain> ONE = List.of(Domain.of("example.org"));

    private static PrimaryTodo todo(Map<String, String> settings) {
        Config config = ConfigLoader.load(Optional.empty(), Map.of(), settings);
        return PrimaryTodo.of(config, NAME, ONE);
    }

    private static String text(PrimaryTodo todo, Software software) {
        return String.join("\n", todo.lines(software));
    }

    @Test
    void addressesAreThoseThatThePrimarySees() {
        PrimaryTodo todo =
                todo(Map.of("worker.bind_address", "[192.0.2.7, \"2001:db8::7\"]", "mx.self", "[192.0.2.9]"));
        assertThat(todo.introduction())
                .containsExactly("# What the primary of example.org should know of its backup mx2.example.net.");
        assertThat(text(todo, Software.POSTFIX))
                .contains("smtpd_authorized_xforward_hosts = 192.0.2.7, [2001:db8::7]\n")
                .contains("{ 192.0.2.7 = permit }, { 2001:db8::7 = permit }")
                .doesNotContain("192.0.2.9", "192.0.2.25");
        assertThat(text(todo, Software.EXIM)).contains("hostlist backup_mx = 192.0.2.7 : 2001::db8::::7\n");
        assertThat(text(todo, Software.OPENSMTPD)).contains("table backup_mx { \"192.0.2.7\", \"2001:db8::7\" }\n");
        assertThat(text(todo, Software.RSPAMD))
                .contains("ip_map = [\"192.0.2.7\", \"2001:db8::7\"];", "external_relay is needed there, too");
        assertThat(text(todo, Software.EXCHANGE)).contains("-RemoteIPRanges 192.0.2.7,2001:db8::7 ");
    }

    @Test
    void whatTheWorldKnowsIsTheNextBest() {
        assertThat(text(todo(Map.of("mx.self", "[mx2.example.net, 192.0.2.9]")), Software.POSTFIX))
                .contains("smtpd_authorized_xforward_hosts = 192.0.2.9\n");
    }

    @Test
    void whatIsNotKnownIsSaidToBeAGuess() {
        PrimaryTodo todo = todo(Map.of());
        assertThat(todo.introduction()).hasSize(2).last().asString().contains("192.0.2.25", "worker.bind_address");
        assertThat(text(todo, Software.POSTFIX)).contains("192.0.2.25");
    }

    @Test
    void whoIsNotToldOfClientsNeedNotAllowIt() {
        assertThat(text(todo(Map.of("worker.xforward", "off")), Software.POSTFIX))
                .doesNotContain("xforward");
    }

    @Test
    void manyDomainsAreAbridged() {
        List<Domain> many = IntStream.range(0, 9)
                .mapToObj(i -> Domain.of("d" + i + ".example"))
                .toList();
        assertThat(PrimaryTodo.of(Config.DEFAULT, NAME, many).introduction().getFirst())
                .contains("d0.example, d1.example, d2.example, d3.example, d4.example and 4 more ");
    }
}
